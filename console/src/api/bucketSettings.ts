/** The settings of a bucket that are S3's, in AWS's JSON. */
import { queryOptions } from '@tanstack/react-query'
import { bucketChanged } from './buckets.ts'
import { api, dataOf } from './client.ts'
import type { operations } from './schema.generated.ts'
import { Problem } from './problem.ts'

export type SettingName = operations['GetBucketSetting']['parameters']['path']['setting']
export type Json = Readonly<Record<string, unknown>>

const keyOf = (bucket: string, setting: SettingName) => ['bucket', bucket, 'setting', setting] as const
const at = (bucket: string, setting: SettingName) => ({ params: { path: { bucket, setting } } })

/** What is set; null where nothing is. */
export const settingQuery = (bucket: string, setting: SettingName) =>
  queryOptions({
    queryKey: keyOf(bucket, setting),
    async queryFn({ signal }): Promise<Json | null> {
      try {
        return await dataOf(api.GET('/v1/buckets/{bucket}/settings/{setting}', { ...at(bucket, setting), signal }))
      } catch (error) {
        // S3 says with an error of its own for each that there is none.
        if (error instanceof Problem && error.status === 404 && error.code !== 'NoSuchBucket') return null
        throw error
      }
    },
  })

/** Null takes it away. */
export async function saveSetting(bucket: string, setting: SettingName, value: Json | null): Promise<void> {
  const call = at(bucket, setting)
  if (value === null) await api.DELETE('/v1/buckets/{bucket}/settings/{setting}', call)
  else await api.PUT('/v1/buckets/{bucket}/settings/{setting}', { ...call, body: value })
  await bucketChanged(bucket)
}

/** A member of what came, where it is an object. */
export function member(value: unknown, name: string): Json | undefined {
  const found = isJson(value) ? value[name] : undefined
  return isJson(found) ? found : undefined
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
export const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
/** A whole number as it stands in a field. */
export const numberText = (value: unknown): string => (typeof value === 'number' ? String(value) : '')
/** The whole number that a field holds; undefined where it is none. */
export const wholeNumber = (text: string): number | undefined =>
  /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined

/** What a field of a number makes of what is typed: nothing where it is emptied, and what it was where that is no number. */
export const typedNumber = (text: string, old: unknown): unknown =>
  text.trim() === '' ? undefined : (wholeNumber(text) ?? old)
