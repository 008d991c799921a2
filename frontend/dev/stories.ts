/** Whole tickets of a made-up provider, in the order of the list. All names and sentences are invented. */
import type { ClientName } from './data.ts'
import type { Attachment, Delivery, Status } from '../src/lib/shapes.ts'

interface Line {
  kind: 'in' | 'out' | 'auto' | 'bounce' | 'call' | 'note' | 'event'
  /** Minutes ago. */
  ago: number
  text: string
  by?: string
  from?: { name: string; address: string }
  quote?: string
  html?: boolean
  files?: (Pick<Attachment, 'name' | 'type' | 'size'> & Partial<Attachment>)[]
  delivery?: Delivery['state']
  problem?: string
  changes?: { field: string; before?: string; after?: string }[]
}

export interface Story {
  subject: string
  who: { name: string; address: string }
  client?: ClientName
  phone?: string
  status: Status
  level?: 1 | 2
  assignee?: string
  unread?: boolean
  language?: 'fr' | 'en'
  outage?: number
  linked?: string
  copied?: { name: string; address: string }
  items: Line[]
}

const loic = { name: 'Loïc Tanguy', address: 'loic.tanguy@conserverie-kerlann.example' }
const emma = { name: 'Emma Whitfield', address: 'emma.whitfield@kerlann-export.example' }
const rio = { name: 'Jean-Philippe Rio', address: 'jp.rio@cabinet-morvan.example' }
const pauline = { name: 'Pauline Hervieu', address: 'p.hervieu@vetdunes.example' }
const ronan = { name: 'Ronan Le Meur', address: 'ronan.lemeur@conserverie-kerlann.example' }

export const stories: Story[] = [
  {
    subject: 'Les étiquettes sortent vides à l’expédition',
    who: loic,
    client: 'kerlann',
    phone: '+33 2 97 83 10 41',
    status: 'open',
    level: 2,
    assignee: 'Nadia Le Goff',
    unread: true,
    outage: 96,
    copied: ronan,
    items: [
      {
        kind: 'in',
        ago: 92,
        html: true,
        text: 'Bonjour,\n\nDepuis 7 h 30 l’imprimante d’étiquettes KER-ETIQ-02 sort des étiquettes vides. Le camion part à 11 h et nous avons 14 palettes à étiqueter.\n\nJ’ai éteint et rallumé, changé le rouleau, rien n’y fait. La photo est jointe.\n\nMerci de faire vite.\nLoïc',
        files: [
          { name: 'étiquette vide.jpg', type: 'image/jpeg', size: 1_840_211 },
          { name: 'bon-expedition-2231.pdf', type: 'application/pdf', size: 84_220 },
        ],
      },
      {
        kind: 'auto',
        ago: 92,
        text: 'Bonjour,\n\nVotre demande est enregistrée sous le numéro 4218. Un technicien vous répond au plus vite.',
      },
      {
        kind: 'event',
        ago: 88,
        by: 'Nadia Le Goff',
        text: 'web.event.ticket.changed',
        changes: [{ field: 'assignee', after: 'Nadia Le Goff' }],
      },
      {
        kind: 'event',
        ago: 88,
        by: 'Nadia Le Goff',
        text: 'web.event.ticket.changed',
        changes: [{ field: 'status', before: 'new', after: 'open' }],
      },
      {
        kind: 'out',
        ago: 85,
        by: 'Nadia Le Goff',
        text: 'Bonjour Loïc,\n\nJe regarde tout de suite. Pouvez-vous me dire si la page de test imprimée depuis le bouton de l’imprimante est vide, elle aussi ?\n\nNadia',
        quote:
          'Le 23 novembre, Loïc Tanguy a écrit :\n> Depuis 7 h 30 l’imprimante d’étiquettes KER-ETIQ-02 sort des étiquettes vides.',
      },
      {
        kind: 'in',
        ago: 61,
        text: 'La page de test est bonne. C’est donc le logiciel ?',
        quote:
          'Le 23 nov. à 8:12, Atelier Réseau Lorient <support@atelier-reseau.example> a écrit :\n> Je regarde tout de suite. Pouvez-vous me dire si la page de test imprimée\n> depuis le bouton de l’imprimante est vide, elle aussi ?',
      },
      {
        kind: 'note',
        ago: 44,
        by: 'Mathilde Guégan',
        text: 'Même symptôme en mars : le pilote repasse en mode « transfert » après une mise à jour. Il faut forcer « thermique direct » et bloquer la mise à jour du pilote par stratégie.',
      },
      {
        kind: 'event',
        ago: 40,
        by: 'Nadia Le Goff',
        text: 'web.event.ticket.changed',
        changes: [{ field: 'level', before: '1', after: '2' }],
      },
      {
        kind: 'in',
        ago: 4,
        text: 'Il reste 40 minutes avant le camion. Ronan est à côté de la machine si vous voulez prendre la main.',
      },
    ],
  },
  {
    subject: 'Cannot open shared calendar since the office move',
    who: emma,
    client: 'kerlann',
    status: 'new',
    unread: true,
    language: 'en',
    items: [
      {
        kind: 'in',
        ago: 11,
        text: 'Hello,\n\nSince we moved to the new office on Friday I cannot open the export team’s calendar. It says that I do not have permission. My own calendar is fine.\n\nCould you look at it before the 2 pm call?\n\nThanks,\nEmma',
        html: true,
      },
    ],
  },
  {
    subject: 'RE: Accès au dossier Paie pour le remplacement de novembre, avec les droits de validation',
    who: rio,
    client: 'morvan',
    phone: '+33 2 97 21 44 06',
    status: 'open',
    assignee: 'Nadia Le Goff',
    linked: 'Départ de Thomas Audren',
    items: [
      {
        kind: 'in',
        ago: 210,
        text: 'Bonjour, il me faudrait l’accès au dossier Paie pour notre remplaçante, du 24 au 30 novembre. Elle s’appelle Clara Le Bihan.',
      },
      {
        kind: 'out',
        ago: 150,
        by: 'Nadia Le Goff',
        delivery: 'failed',
        problem: '550 5.1.1 <jp.rio@cabinet-morvan.example>: Recipient address rejected: mailbox full',
        text: 'Bonjour, c’est noté. Avez-vous l’accord écrit de Mme Morvan ?\n\nNadia',
      },
      {
        kind: 'in',
        ago: 33,
        text: 'Oui, le voici en pièce jointe. Attention, le programme de contrôle est joint aussi, l’éditeur nous demande de le lancer.',
        files: [
          { name: 'accord.pdf', type: 'application/pdf', size: 48_000 },
          { name: 'controle-paie.exe', type: 'application/x-msdownload', size: 6_400_000, dangerous: true },
        ],
      },
    ],
  },
  {
    subject: 'Radio : les images n’arrivent plus dans le dossier patient',
    who: pauline,
    client: 'dunes',
    phone: '+33 2 97 86 30 02',
    status: 'open',
    assignee: 'Yann Kervella',
    outage: 300,
    items: [
      {
        kind: 'call',
        ago: 240,
        by: 'Yann Kervella',
        text: 'Mme Hervieu au téléphone. Le poste DUNES-RADIO enregistre les images, mais elles n’apparaissent plus dans le dossier patient depuis ce matin.',
      },
      {
        kind: 'event',
        ago: 238,
        by: 'Yann Kervella',
        text: 'web.event.ticket.changed',
        changes: [{ field: 'assignee', after: 'Nadia Le Goff' }],
      },
      {
        kind: 'out',
        ago: 200,
        by: 'Yann Kervella',
        delivery: 'uncertain',
        text: 'Bonjour, le service de transfert était arrêté. Je l’ai relancé, les 12 images en attente sont parties. Pouvez-vous vérifier ?',
      },
    ],
  },
  {
    subject: 'Onduleur de la baie : batterie à remplacer',
    who: ronan,
    client: 'kerlann',
    status: 'pending',
    level: 2,
    assignee: 'Mathilde Guégan',
    items: [
      { kind: 'in', ago: 1500, text: 'L’onduleur bipe toutes les 30 secondes.' },
      {
        kind: 'note',
        ago: 1400,
        by: 'Mathilde Guégan',
        text: 'Batterie commandée, livraison annoncée pour mercredi.',
      },
    ],
  },
  {
    subject: 'Question',
    who: { name: '', address: 'contact@inconnu.example' },
    status: 'new',
    items: [{ kind: 'in', ago: 70, text: 'Bonjour, intervenez-vous à Quimper ?' }],
  },
]
