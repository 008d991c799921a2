import type { Order } from '../../lib/shapes.ts'
import { say } from '../../lib/words/index.svelte.ts'

/** The orders of a list that no words were asked of, and what they are called. */
export const orders = (): [Order, string][] => [
  ['activity', say('ui.views.sort.activity')],
  ['due', say('ui.views.sort.due')],
  ['newest', say('ui.views.sort.newest')],
  ['oldest', say('ui.views.sort.oldest')],
]

/** placeIn is what a list in this order goes by, the greatest first. */
export function placeIn(order: Order): (row: { activityAt: number; number: number; due?: number }) => number {
  if (order === 'due') return (row) => -(row.due ?? 9e15)
  if (order === 'newest') return (row) => row.number
  if (order === 'oldest') return (row) => -row.number
  return (row) => row.activityAt
}
