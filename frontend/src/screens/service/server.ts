/** The verbs of contracts, assets, the qualification and the clocks. Every one throws a Fault when refused. */
import type { components } from '../../lib/api/types.ts'
import { api, call } from '../../lib/client.ts'

type S = components['schemas']
export type Contract = S['ContractView']
export type Contracts = S['ContractList']
export type Terms = S['ContractTerms']
export type Target = S['Target']
export type Limit = S['Limit']
export type Span = S['Span']
export type Region = S['HolidayRegion']
export type Line = S['PerimeterLine']
export type Asset = S['AssetView']
export type AssetForm = S['AssetForm']
export type AssetType = S['AssetType']
export type Qualify = S['QualifyView']
export type QualifyBody = Omit<S['QualifyInBody'], '$schema'>
export type Verdict = S['VerdictView']
export type Clocks = S['ClocksView']
export type Clock = S['ClockView']
export type Goal = S['Goal']
export type Slice = S['ClockSlice']
export type ContractForm = Omit<S['ContractPatchBody'], '$schema' | 'version'>

const at = (id: string) => ({ params: { path: { id } } })

export const getClocks = (id: string) => call(api.GET('/api/tickets/{id}/clocks', at(id)))
export const getSlices = (id: string, goal: Goal) =>
  call(api.GET('/api/tickets/{id}/clocks/{goal}', { params: { path: { id, goal } } }))
export const getQualify = (id: string) => call(api.GET('/api/tickets/{id}/qualify', at(id)))
export const qualify = (id: string, body: QualifyBody) =>
  call(api.POST('/api/tickets/{id}/qualify', { ...at(id), body }))

export const listContracts = (clientId: string) => call(api.GET('/api/clients/{id}/contracts', at(clientId)))
export const createContract = (clientId: string, form: ContractForm, terms: Terms) =>
  call(api.POST('/api/clients/{id}/contracts', { ...at(clientId), body: { ...form, terms } }))
export const saveContract = (id: string, version: number, form: ContractForm) =>
  call(api.PATCH('/api/contracts/{id}', { ...at(id), body: { ...form, version } }))
export const saveTerms = (id: string, version: number, fromOn: string, terms: Terms) =>
  call(api.PUT('/api/contracts/{id}/terms', { ...at(id), body: { version, fromOn, terms } }))

export const listAssets = (clientId: string) => call(api.GET('/api/clients/{id}/assets', at(clientId)))
export const createAsset = (clientId: string, body: AssetForm) =>
  call(api.POST('/api/clients/{id}/assets', { ...at(clientId), body }))
export const saveAsset = (asset: Asset, form: AssetForm) =>
  call(api.PATCH('/api/assets/{id}', { ...at(asset.id), body: { ...form, version: asset.version } }))
