/** How a bucket is read through delivery: as it was set, or as the toggles said when it was made. */
import type { Bucket } from './bucket.ts'
import type { Toggles } from './profile.ts'

export interface DeliverySettings {
  /** Switched off, everything in it is answered with 404. */
  readonly enabled: boolean
  /** Whoever asks may read, or whoever has a signed URL. */
  readonly policy: 'public' | 'authenticated'
}

/** What holds for a bucket. Without a record of it, nobody reads who has no signed URL. */
export const deliveryOf = ({ delivery }: Pick<Bucket, 'delivery'>): DeliverySettings => delivery ?? reserved

const reserved: DeliverySettings = { enabled: true, policy: 'authenticated' }

/** What a new bucket begins with. */
export const newDelivery = (toggles: Toggles): DeliverySettings => ({
  enabled: toggles['delivery.enabled'],
  policy: toggles['delivery.policy'],
})
