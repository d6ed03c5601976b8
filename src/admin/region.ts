/** Regions as management shows them. */
import { z } from 'zod'
import type { ManagementServices } from './services.ts'

export const region = z
  .strictObject({ name: z.string(), display_name: z.string(), s3_url: z.string() })
  .meta({ id: 'Region' })

export const showRegions = ({ regions, origins }: ManagementServices) =>
  regions.all.map(({ name, displayName = name }) => ({ name, display_name: displayName, s3_url: origins.s3(name) }))
