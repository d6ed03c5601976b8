/** The toggles in force and where each comes from, as management shows them. */
import { z } from 'zod'
import { profileNames, profileSummaries, toggleNames, toggleTable, type ToggleRow } from '../objects/profile.ts'
import { showToggleValue, type ToggleValue } from '../objects/toggle.ts'
import { layToggles, type ToggleLayer } from '../objects/toggles.ts'

/** A layer, and whose it is. */
export interface OwnedLayer {
  readonly of: 'server' | 'account' | 'bucket'
  readonly layer: ToggleLayer
}

export const shownToggles = z
  .strictObject({
    profile: z.string().meta({ description: 'The one in force.' }),
    profiles: z.array(z.strictObject({ name: z.string(), summary: z.string() })),
    toggles: z.array(
      z.strictObject({
        name: z.string(),
        section: z.string(),
        meaning: z.string(),
        value: z.string(),
        from: z
          .enum(['profile', 'server', 'account', 'bucket'])
          .meta({ description: 'Whether it is what the profile says, or set by itself, and on what.' }),
        values: z.array(z.string()).nullable().meta({ description: 'Those that there are; null for a number.' }),
        by_profile: z.record(z.string(), z.string()),
      }),
    ),
  })
  .meta({ id: 'Toggles' })

/** The profile that the last layer gives which gives one. */
export const profileOf = (layers: readonly ToggleLayer[]): string =>
  layers.findLast(({ profile }) => profile !== undefined)?.profile ?? 'aws'

/** `layers`: the server's first. */
export function showToggles(layers: readonly OwnedLayer[]): z.input<typeof shownToggles> {
  const plain = layers.map(({ layer }) => layer)
  const holds = layToggles(plain)
  return {
    profile: profileOf(plain),
    profiles: profileNames.map((name) => ({ name, summary: profileSummaries[name] })),
    toggles: toggleNames.map((name) => {
      const { section, meaning, kind, values }: ToggleRow<ToggleValue> = toggleTable[name]
      return {
        ...{ name, section, meaning },
        value: showToggleValue(holds[name]),
        from: originOf(name, layers),
        values: kind.values === undefined ? null : [...kind.values],
        by_profile: Object.fromEntries(profileNames.map((profile) => [profile, showToggleValue(values[profile])])),
      }
    }),
  }
}

/** A later layer counts before an earlier one, and its toggles before its profile. */
function originOf(name: string, layers: readonly OwnedLayer[]): OwnedLayer['of'] | 'profile' {
  for (const { of, layer } of layers.toReversed()) {
    if (layer.toggles !== undefined && Object.hasOwn(layer.toggles, name)) return of
    if (layer.profile !== undefined) return 'profile'
  }
  return 'profile'
}

/** What is set on an account or a bucket alone. */
export const ownToggles = z
  .strictObject({ profile: z.string().nullable(), toggles: z.record(z.string(), z.string()) })
  .meta({ id: 'OwnToggles' })

export const showOwn = ({ profile, toggles = {} }: ToggleLayer): z.input<typeof ownToggles> => ({
  profile: profile ?? null,
  toggles: Object.fromEntries(Object.entries(toggles).map(([name, value]) => [name, showToggleValue(value)])),
})

/** In place of all that was set before. */
export const wantedToggles = z.object({
  profile: z.string().nullable().default(null),
  toggles: z.record(z.string(), z.string()).default({}),
})
