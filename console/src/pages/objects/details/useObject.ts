/** What is kept with an object. */
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import type { Schema } from '../../../api/me.ts'

export type StoredObject = Schema<'Object'>

export const objectQuery = (bucket: string, key: string, version: string | undefined) =>
  queryOptions({
    queryKey: ['bucket', bucket, 'object', key, version ?? ''],
    async queryFn({ signal }) {
      const query = { key, ...(version !== undefined && { version_id: version }) }
      const params = { path: { bucket }, query }
      return (await dataOf(api.GET('/v1/buckets/{bucket}/object', { params, signal }))).object
    },
  })
