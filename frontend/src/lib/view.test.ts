import { expect, it } from 'vitest'
import { nextZoom, setZoom, viewWidth, zoomFactor } from './view.svelte.ts'

it('steps through the zooms and stops at both ends', () => {
  expect([nextZoom(1, 100), nextZoom(-1, 100), nextZoom(1, 115)]).toEqual([110, 90, 125])
  expect([nextZoom(1, 160), nextZoom(-1, 80)]).toEqual([160, 80])
})

it('measures the window in its own pixels, and tells the styles when it is narrow', () => {
  setZoom(160)
  expect(viewWidth()).toBeCloseTo(innerWidth / 1.6)
  expect(document.documentElement.hasAttribute('data-narrow')).toBe(viewWidth() < 900)
  expect(document.documentElement.style.getPropertyValue('--view-w')).toBe(`${viewWidth()}px`)
  setZoom(1_000)
  expect(zoomFactor()).toBe(1.6)
  setZoom(0) // nothing was chosen yet
  expect(zoomFactor()).toBe(1)
})
