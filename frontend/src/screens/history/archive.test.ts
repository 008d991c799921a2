import { beforeAll, expect, it } from 'vitest'
import { speak } from '../../lib/words/index.svelte.ts'
import { going, pathsOf, percent, period } from './archive.ts'

beforeAll(() => speak('en'))

it('is whole only at the end', () => {
  expect(percent({ state: 'importing', size: 0, progress: 0 })).toBe(0)
  expect(percent({ state: 'importing', size: 200, progress: 101 })).toBe(50)
  expect(percent({ state: 'importing', size: 200, progress: 200 })).toBe(99)
})

it('says what is under way', () => {
  expect(going('files', { state: 'reading', size: 0, progress: 0 })).toBe('Reading…')
  expect(going('imap', { state: 'reading', size: 20, progress: 1 })).toBe('Reading: 1 mail of 20')
  expect(going('files', { state: 'importing', size: 20, progress: 0 })).toBe('Importing: no mail of 20')
  expect(going('files', { state: 'undoing', size: 20, progress: 7 })).toBe('Removing: 7 mails of 20')
})

it('reads paths as a file manager copies them', () => {
  expect(pathsOf(' "C:\\Mail\\Old mail.mbox" \n\n/home/a/It\'s mine.mbox\n')).toEqual([
    'C:\\Mail\\Old mail.mbox',
    "/home/a/It's mine.mbox",
  ])
})

it('says a day once', () => {
  const at = new Date(2024, 2, 4, 9).getTime()
  expect(period(at, at)).not.toContain('–')
  expect(period(at, at + 3 * 86_400_000)).toContain('–')
})
