/** The verbs of the settings. Every one throws a Fault when refused. */
import type { components } from '../../lib/api/types.ts'
import { api, call } from '../../lib/client.ts'

type S = components['schemas']
export type Agent = S['AgentRow']
export type AgentForm = S['AgentForm']
export type Backup = S['BackupRow']
export type Box = S['BoxView']
export type BoxForm = S['BoxForm']
export type BoxTested = S['BoxTested']
export type Consent = S['ConsentView']
export type Application = Required<Omit<S['OAuthForm'], '$schema'>>
export type Session = S['SessionRow']
export type Settings = S['SettingsView']
export type TestStep = S['TestStep']

const at = (id: string) => ({ params: { path: { id } } })

export const createAgent = (body: AgentForm) => call(api.POST('/api/agents', { body }))
export const saveAgent = (id: string, version: number, form: AgentForm) =>
  call(api.PATCH('/api/agents/{id}', { ...at(id), body: { ...form, version } }))
export const linkAgent = (id: string) => call(api.POST('/api/agents/{id}/link', at(id)))
export const listSessions = () => call(api.GET('/api/sessions'))
export const revokeSession = (id: string) => call(api.DELETE('/api/sessions/{id}', at(id)))

export const listMailboxes = () => call(api.GET('/api/mailboxes'))
export const getMailbox = (id: string) => call(api.GET('/api/mailboxes/{id}', at(id)))
export const createMailbox = (body: BoxForm) => call(api.POST('/api/mailboxes', { body }))
export const saveMailbox = (id: string, version: number, form: BoxForm) =>
  call(api.PATCH('/api/mailboxes/{id}', { ...at(id), body: { ...form, version } }))
export const testMailbox = (id: string, form: BoxForm) =>
  call(api.POST('/api/mailboxes/test', { body: { ...form, ...(id ? { id } : {}) } }))

/** applicationOf is the application of a mailbox as a form; its secret is only ever written. */
export function applicationOf({ oauth: o }: Box): Application {
  return {
    provider: o?.provider ?? 'microsoft',
    tenant: o?.tenant ?? '',
    clientId: o?.clientId ?? '',
    clientSecret: '',
    authUrl: o?.authUrl ?? '',
    tokenUrl: o?.tokenUrl ?? '',
    deviceUrl: o?.deviceUrl ?? '',
    scopes: o?.scopes ?? '',
    secretEnds: o?.secretEnds ?? '',
  }
}
export type Host = S['MailHost']
export const listHosts = () => call(api.GET('/api/hosts'))
export const lookUpHost = (address: string) => call(api.POST('/api/hosts/lookup', { body: { address } }))
export const setOAuth = (id: string, body: Application) =>
  call(api.PUT('/api/mailboxes/{id}/oauth', { ...at(id), body }))
export const removeOAuth = (id: string) => call(api.DELETE('/api/mailboxes/{id}/oauth', at(id)))
export const askConsent = (id: string, way: 'browser' | 'device') =>
  call(api.POST('/api/mailboxes/{id}/consent', { ...at(id), body: { way } }))
export const getConsent = (id: string) => call(api.GET('/api/mailboxes/{id}/consent', at(id)))

export const getSettings = () => call(api.GET('/api/settings'))
export const saveSettings = (body: S['SettingsPatchBody']) => call(api.PATCH('/api/settings', { body }))
export const makeRecovery = () => call(api.POST('/api/recovery'))
export const listBackups = () => call(api.GET('/api/backups'))
export const makeBackup = () => call(api.POST('/api/backups', { body: {} }))
