/** What stands between the editor's HTML and the answer that is sent. */
import { draftFileHref } from '../../lib/server.ts'
import type { DraftFile } from '../../lib/shapes.ts'

function parse(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body
}

/**
 * toMail makes the editor's HTML that of a mail: pictures become references to
 * parts of it (cid:), and paragraphs lines, so that what was one line apart in
 * the editor is one line apart for whoever reads it.
 */
export function toMail(html: string, files: readonly DraftFile[]): string {
  const body = parse(html)
  for (const p of body.querySelectorAll('p')) {
    const line = document.createElement('div')
    line.append(...p.childNodes)
    if (!line.hasChildNodes()) line.append(document.createElement('br'))
    p.replaceWith(line)
  }
  for (const img of body.querySelectorAll('img')) {
    const file = files.find((f) => draftFileHref(f.id) === img.getAttribute('src'))
    if (file?.cid) img.setAttribute('src', `cid:${file.cid}`)
    else img.remove()
  }
  return body.innerHTML
}

/** toEditor turns the references of a saved draft back into pictures that can be seen. */
export function toEditor(html: string, files: readonly DraftFile[]): string {
  const body = parse(html)
  for (const line of body.querySelectorAll('div')) {
    const p = document.createElement('p')
    if (line.innerHTML !== '<br>') p.append(...line.childNodes)
    line.replaceWith(p)
  }
  for (const img of body.querySelectorAll('img')) {
    const file = files.find((f) => `cid:${f.cid ?? ''}` === img.getAttribute('src'))
    if (file) img.setAttribute('src', draftFileHref(file.id))
    else img.remove()
  }
  return body.innerHTML
}

/** toText writes the editor's HTML as the plain text that goes beside it. */
export function toText(html: string): string {
  const out: string[] = []
  write(parse(html), '', out)
  return out
    .join('')
    .replace(/[ \t]+\n/g, '\n')
    .trim()
}

const blocks = new Set(['P', 'DIV', 'PRE', 'HR'])

function write(node: Node, indent: string, out: string[]): void {
  if (node.nodeType === Node.TEXT_NODE) {
    out.push(node.textContent ?? '')
    return
  }
  if (!(node instanceof Element)) return
  const within = (more: string) => node.childNodes.forEach((child) => write(child, more, out))
  switch (node.tagName) {
    case 'BR':
      out.push(`\n${indent}`)
      return
    case 'LI': {
      const list = node.parentElement
      const place = list ? [...list.children].indexOf(node) + 1 : 1
      out.push(`${indent}${list?.tagName === 'OL' ? `${place}. ` : '- '}`)
      const inner: string[] = []
      node.childNodes.forEach((child) => write(child, `${indent}  `, inner))
      out.push(
        `${inner
          .join('')
          .replace(/^\n+|\n+$/g, '')
          .replace(/\n{2,}/g, '\n')}\n`,
      )
      return
    }
    case 'A': {
      within(indent)
      const href = node.getAttribute('href') ?? ''
      if (href && href !== node.textContent && href !== `mailto:${node.textContent ?? ''}`)
        out.push(` <${href}>`)
      return
    }
    case 'BLOCKQUOTE': {
      const inner: string[] = []
      node.childNodes.forEach((child) => write(child, '', inner))
      const quoted = inner
        .join('')
        .trim()
        .replace(/\n{3,}/g, '\n\n')
      out.push(
        `${quoted
          .split('\n')
          .map((line) => `> ${line}`)
          .join('\n')}\n`,
      )
      return
    }
    case 'HR':
      out.push('---')
  }
  within(indent)
  if (blocks.has(node.tagName)) out.push('\n')
}

/** toHtml is the editor's content for a plain text: one paragraph per line. */
export function toHtml(text: string): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return safe
    .split('\n')
    .map((line) => `<p>${line}</p>`)
    .join('')
}
