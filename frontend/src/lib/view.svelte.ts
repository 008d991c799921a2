/**
 * How large the window is in the interface's own pixels, and how far it is
 * zoomed. Web engines do not agree on what a viewport unit or a media query
 * means inside a zoomed page, so the styles ask --view-w, --view-h and
 * [data-narrow], which are kept here.
 */
const view = $state({ width: innerWidth, height: innerHeight, zoom: 100 })

/** The steps of the zoom, in percent. */
export const zooms = [80, 90, 100, 110, 125, 140, 160] as const

/** viewWidth is the width of the window, in the interface's own pixels. */
export const viewWidth = () => view.width

/** zoomFactor is what a pixel of the interface measures on the window. */
export const zoomFactor = () => view.zoom / 100

/** nextZoom is the step above (1) or below (-1) a zoom, or the nearest end. */
export function nextZoom(by: 1 | -1, from = view.zoom): number {
  const further = by > 0 ? zooms.filter((z) => z > from) : zooms.filter((z) => z < from)
  return (by > 0 ? further[0] : further.at(-1)) ?? from
}

/** setZoom shows everything larger or smaller, within the steps' bounds. */
export function setZoom(percent: number): void {
  view.zoom = Math.max(zooms[0], Math.min(zooms[zooms.length - 1] ?? 100, percent || 100))
  document.documentElement.style.zoom = view.zoom === 100 ? '' : String(view.zoom / 100)
  measure()
}

function measure(): void {
  view.width = innerWidth / zoomFactor()
  view.height = innerHeight / zoomFactor()
  const root = document.documentElement
  root.style.setProperty('--view-w', `${view.width}px`)
  root.style.setProperty('--view-h', `${view.height}px`)
  root.toggleAttribute('data-narrow', view.width < 900)
}

/** watchView follows the window's size; it returns the way to stop. */
export function watchView(): () => void {
  measure()
  addEventListener('resize', measure)
  return () => removeEventListener('resize', measure)
}
