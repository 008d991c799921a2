import { describe, expect, it } from 'vitest'
import type { DraftFile } from '../../lib/shapes.ts'
import { toEditor, toHtml, toMail, toText } from './html.ts'

const shot: DraftFile = {
  id: '7',
  name: 'capture.png',
  type: 'image/png',
  size: 10,
  inline: true,
  cid: 'a@b',
}

it('carries pictures to the mail and back', () => {
  const shown = '<p>Voici :</p><img src="/api/draft-files/7">'
  const sent = toMail(shown, [shot])
  expect(sent).toBe('<div>Voici :</div><img src="cid:a@b">')
  expect(toEditor(sent, [shot])).toBe(shown)
})

it('drops a picture that is no file of the draft', () => {
  expect(toMail('<p>x<img src="https://tracker.example/p.gif"></p><p></p>', [shot])).toBe(
    '<div>x</div><div><br></div>',
  )
  expect(toEditor('<p>x<img src="https://tracker.example/p.gif"></p>', [shot])).toBe('<p>x</p>')
})

describe('toText', () => {
  it.each([
    ['<p>Bonjour,</p><p></p><p>Merci.</p>', 'Bonjour,\n\nMerci.'],
    ['<p>a<br>b</p>', 'a\nb'],
    ['<ul><li><p>un</p></li><li><p>deux</p></li></ul><p>fin</p>', '- un\n- deux\nfin'],
    ['<ol><li><p>un</p></li><li><p>deux</p></li></ol>', '1. un\n2. deux'],
    ['<blockquote><p>cité</p><p>encore</p></blockquote><p>non</p>', '> cité\n> encore\nnon'],
    ['<p><a href="https://a.example/x">ici</a></p>', 'ici <https://a.example/x>'],
    ['<p><a href="https://a.example">https://a.example</a></p>', 'https://a.example'],
    ['<p>a &lt;b&gt; &amp; c</p>', 'a <b> & c'],
    ['', ''],
  ])('%s', (html, want) => {
    expect(toText(html)).toBe(want)
  })
  it('reads back a plain text', () => {
    expect(toText(toHtml('a < b\n\nc'))).toBe('a < b\n\nc')
  })
})
