/**
 * The shapes of the API under the names that the screens use; all of them are
 * generated from the Go code (src/lib/api/types.ts). Ids are strings, instants
 * milliseconds since 1970 UTC, 0 or absent meaning none.
 */
import type { components } from './api/types.ts'

type S = components['schemas']

export type Me = S['Me']
export type Preferences = S['Preferences']
export type MailboxState = S['BoxNote']
export type Views = S['Views']
export type ViewId = S['View']
export type SavedView = S['SavedView']
export type ViewForm = Omit<S['ViewForm'], '$schema'>
export type ViewPatch = Omit<S['ViewPatchBody'], '$schema'>
export type ShellSave = Omit<S['ShellSaveBody'], '$schema'>
export type Order = S['Order']
export type Status = S['Status']
export type PendingReason = S['PendingReason']
export type Said = S['Said']
export type TicketRow = S['TicketRow']
export type SearchHit = S['SearchHit']
export type Ticket = S['TicketView']
export type TicketPatch = Omit<S['TicketPatchBody'], 'version' | '$schema'>
export type NewTicket = S['TicketNewBody']
export type Participant = S['Participant']
export type Item = S['TimelineItem']
export type Message = S['MessageItem']
export type MailWarning = S['MailWarning']
export type Note = S['NoteItem']
export type Event = S['EventItem']
export type Fold = S['Fold']
export type Attachment = S['Attachment']
export type Delivery = S['Delivery']
export type Address = S['MailAddress']
export type Compose = S['Compose']
export type Recipient = S['ComposeTo']
export type Draft = S['DraftView']
export type DraftPut = S['DraftPutBody']
export type DraftFile = S['DraftFile']
export type Answer = S['AnswerInBody']
export type Body = S['BodyOpened']
export type MailLink = S['MailLink']
export type Change = S['FeedChange']
export type FeedStatus = S['FeedStatus']
export type FeedQuestion = S['FeedQuestion']
export type AgentRow = S['AgentRow']
export type ClientRow = S['ClientRow']
export type Contact = S['ContactView']
export type Problem = S['Problem']
