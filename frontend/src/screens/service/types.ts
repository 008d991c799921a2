/** The types of assets, in the order of choice. */
import type { AssetType } from './server.ts'

export const assetTypes: readonly AssetType[] = [
  'workstation',
  'laptop',
  'mobile',
  'peripheral',
  'printer',
  'telephone',
  'server',
  'vm',
  'storage',
  'network',
  'other',
]
