/** Where the suites open their stores. */
import type { TestContext } from 'node:test'
import type { MetadataStore } from './metadata-store.ts'

/** Somewhere to keep records that outlives the store: opened again, it has what was committed. */
export interface Place {
  open(): Promise<MetadataStore>
  remove(): Promise<void>
}

/** A store somewhere new, closed and removed when the test ends. */
export async function openIn(createPlace: () => Promise<Place>, t: TestContext): Promise<{ store: MetadataStore }> {
  const place = await createPlace()
  const store = await place.open()
  t.after(async () => {
    await store.close()
    await place.remove()
  })
  return { store }
}
