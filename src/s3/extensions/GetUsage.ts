/**
 * `GET /?usage`: what an account's buckets hold, in the document that Ceph's object gateway answers. The numbers are exact at one moment for
 * each bucket; nothing is scanned.
 */
import { toAccount } from '../../access/accounts.ts'
import { accountKey } from '../../access/records.ts'
import { operation, Prepared } from '../operation.ts'
import { shape } from '../shape.ts'
import { escapeXml } from '../xml.ts'

const GetUsage = shape({
  name: 'GetUsage',
  method: 'GET',
  level: 'service',
  query: 'usage',
  status: 200,
  input: {},
  output: {},
  root: undefined,
})

/** Buckets told of one by one; the summary counts all. */
const bucketsMax = 1000

export default operation(GetUsage, {
  action: 's3:ListAllMyBuckets',
  async handle(_input, { accountId, services }) {
    const { buckets, toggles } = services
    const entries: string[] = []
    for (const bucket of await buckets.list({ accountId, limit: bucketsMax })) {
      const { objects, bytes } = await buckets.usage(bucket)
      entries.push(`<Entry><Bucket>${escapeXml(bucket.name)}</Bucket>${stored(bytes, objects)}</Entry>`)
    }
    const total = await buckets.usageOfAccount(accountId)
    const bucketsAllowed = toggles(undefined, accountId)['buckets.max'] ?? -1
    const account = await services.metadata.get(accountKey(accountId))
    const { bytesMax = -1, objectsMax = -1 } = (account && toAccount(account).quota) ?? {}
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<Usage><Entries></Entries><Summary><QuotaMaxBytes>${bytesMax}</QuotaMaxBytes><QuotaMaxBuckets>${bucketsAllowed}</QuotaMaxBuckets><QuotaMaxObjCount>${objectsMax}</QuotaMaxObjCount><QuotaMaxBytesPerBucket>-1</QuotaMaxBytesPerBucket><QuotaMaxObjCountPerBucket>-1</QuotaMaxObjCountPerBucket><TotalBytes>${total.bytes}</TotalBytes><TotalBytesRounded>${rounded(total.bytes)}</TotalBytesRounded><TotalEntries>${total.objects}</TotalEntries></Summary><CapacityUsed><User><Buckets>${entries.join('')}</Buckets></User></CapacityUsed></Usage>`
    const body = Buffer.from(text)
    const headers = ['content-type', 'application/xml', 'content-length', String(body.length)]
    return new Prepared({ status: 200, headers, body })
  },
})

const stored = (bytes: number, entries: number): string =>
  `<Bytes>${bytes}</Bytes><Bytes_Rounded>${rounded(bytes)}</Bytes_Rounded><Entries>${entries}</Entries>`

/** To whole blocks of 4 KiB. */
const rounded = (bytes: number): number => Math.ceil(bytes / 4096) * 4096
