/** What the sections of a bucket's settings have in common: what is saved of one of S3's settings, and whether one may change it. */
import { useQuery } from '@tanstack/react-query'
import { settingQuery, type SettingName } from '../../../api/bucketSettings.ts'
import { useRight } from '../../../api/me.ts'

export const useSetting = (bucket: string, setting: SettingName) => useQuery(settingQuery(bucket, setting))

export const useReadOnly = (): boolean => !useRight('storage.write')
