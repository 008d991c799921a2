/** The fates of a mail: their mark, what they mean at a glance, and their order in the filter. */
import Bot from '@lucide/svelte/icons/bot'
import Copy from '@lucide/svelte/icons/copy'
import CornerDownRight from '@lucide/svelte/icons/corner-down-right'
import FileX from '@lucide/svelte/icons/file-x'
import Flag from '@lucide/svelte/icons/flag'
import FolderMinus from '@lucide/svelte/icons/folder-minus'
import MailX from '@lucide/svelte/icons/mail-x'
import Newspaper from '@lucide/svelte/icons/newspaper'
import OctagonAlert from '@lucide/svelte/icons/octagon-alert'
import Repeat2 from '@lucide/svelte/icons/repeat-2'
import Siren from '@lucide/svelte/icons/siren'
import TicketPlus from '@lucide/svelte/icons/ticket-plus'
import type { Component } from 'svelte'
import type { Fate } from './server.ts'

interface Look {
  icon: Component
  tone: '' | 'good' | 'info' | 'warning' | 'danger'
}

export const looks: Record<Fate, Look> = {
  unreadable: { icon: FileX, tone: 'danger' },
  opened: { icon: TicketPlus, tone: 'info' },
  joined: { icon: CornerDownRight, tone: 'good' },
  alert: { icon: Siren, tone: 'warning' },
  bounce: { icon: MailX, tone: 'warning' },
  auto: { icon: Bot, tone: '' },
  list: { icon: Newspaper, tone: '' },
  feedback: { icon: Flag, tone: 'warning' },
  own: { icon: Repeat2, tone: '' },
  duplicate: { icon: Copy, tone: '' },
  aside: { icon: FolderMinus, tone: '' },
  spam: { icon: OctagonAlert, tone: '' },
}

export const fates = Object.keys(looks) as Fate[]
