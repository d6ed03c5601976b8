/** What is stored, as metrics: by account, exact, and cheap however much it is. */
import type { Accounts } from './access/accounts.ts'
import type { FurtherMetric, FurtherValue } from './observe/metrics.ts'
import type { Buckets } from './objects/buckets.ts'
import type { Usage } from './objects/usage.ts'

/** Accounts shown; the sum of the others is shown as `other`. */
const accountsMax = 1000

interface Parts {
  readonly accounts: Pick<Accounts, 'list'>
  readonly buckets: Pick<Buckets, 'usageOfAccount'>
}

export function storageMetrics({ accounts, buckets }: Parts): readonly FurtherMetric[] {
  const of = (measure: (usage: Usage) => number) => async (): Promise<FurtherValue[]> => {
    const values: FurtherValue[] = []
    let other = 0
    for (const { id, displayName } of await accounts.list()) {
      const value = measure(await buckets.usageOfAccount(id))
      if (values.length < accountsMax) values.push({ labels: { account: displayName }, value })
      else other += value
    }
    return other === 0 ? values : [...values, { labels: { account: 'other' }, value: other }]
  }
  const gauge = (name: string, help: string, measure: (usage: Usage) => number): FurtherMetric => ({
    ...{ name, help, type: 'gauge', labelNames: ['account'], collect: of(measure) },
  })
  return [
    gauge('entrepot_objects', 'Current objects.', ({ objects }) => objects),
    gauge('entrepot_object_bytes', 'Bytes of current objects.', ({ bytes }) => bytes),
    gauge('entrepot_version_bytes', 'Bytes of noncurrent versions.', ({ versionBytes }) => versionBytes),
    gauge('entrepot_deleted_bytes', 'Bytes deleted that can be had back.', ({ deletedBytes }) => deletedBytes),
    gauge('entrepot_unfinished_bytes', 'Bytes of unfinished uploads.', ({ unfinishedBytes }) => unfinishedBytes),
  ]
}
