/** The frame that the server draws stands where the application will: nothing moves when that takes its place. */
import { expect, it } from 'vitest'
import { open, type Window } from './window.ts'

interface Place {
  text: string
  title: boolean
  left: number
  top: number
  height: number
}

/** places are the words of the rail and the list's title, each with where it begins. */
function places(w: Window, rail: string, title: string): Promise<Place[]> {
  return w.page.evaluate(
    ({ rail, title }) => {
      const nodes = [...document.querySelectorAll(`${rail}, ${title}`)]
      return nodes.flatMap((node) => {
        const { left, top, height } = node.getBoundingClientRect()
        const text = node.textContent.trim()
        return text ? [{ text, title: node.tagName === 'H1', left, top, height }] : []
      })
    },
    { rail, title },
  )
}

for (const [name, width, railFolded] of [
  ['folded', 1280, true],
  ['tight', 1000, false],
  ['wide', 1280, false], // last: the tests after this one find the rail unfolded
] as const)
  it(`nothing moves when the application takes the frame's place (${name})`, async () => {
    const w = await open({ width, language: 'en' })
    await w.page.evaluate(
      (railFolded) =>
        fetch('/api/me', {
          method: 'PATCH',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ preferences: { railFolded } }),
        }),
      railFolded,
    )
    let go = () => {}
    const held = new Promise<void>((done) => (go = done))
    await w.page.route('**/api/me', async (route) => {
      await held
      await route.continue()
    })
    await w.page.reload()
    await w.page.waitForFunction(
      () => document.fonts.size > 0 && document.querySelector('.first-frame') !== null,
    )
    await w.page.evaluate(() => document.fonts.load("450 13px 'Inter Variable'"))
    const before = await places(w, '.first-frame li', '.first-frame h1')
    go()
    await w.page.getByRole('option').first().waitFor()
    expect(await w.page.locator('.first-frame').count()).toBe(0)
    const after = await places(w, 'nav .links a', 'main h1')
    for (const b of before) {
      const a = after.find((p) => p.title === b.title && p.text.includes(b.text))
      expect(a, `${b.text} is there`).toBeDefined()
      expect(Math.abs((a?.left ?? 0) - b.left), `${b.text}: left`).toBeLessThan(1)
      expect(Math.abs((a?.top ?? 0) - b.top), `${b.text}: top`).toBeLessThan(1)
    }
    expect(before.length).toBeGreaterThan(8)
  })
