/** A list as a table: through the window's own dialog, or as a download of the browser. */
import type { Order, ViewId } from '../../lib/shapes.ts'
import { saveFile } from '../ticket/save.ts'

/** The desk's own views as lines of the search. */
export const lines: Record<ViewId, string> = {
  mine: 'assignee:me status:active',
  unassigned: 'assignee:none status:active',
  open: 'status:new,open',
  pending: 'status:pending',
  resolved: 'status:resolved',
  closed: 'status:closed',
  all: 'status:new,open,pending,resolved,closed',
}

export interface Table {
  q: string
  sort: Order
  format: 'csv' | 'xlsx'
}

export function exportTickets(inWindow: boolean, table: Table): Promise<void> {
  return saveFile(inWindow, { export: table }, `/api/export/tickets?${new URLSearchParams({ ...table })}`)
}
