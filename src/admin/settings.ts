/** What an operator sets on an account or a bucket: a profile, and single toggles. Nothing that is kept is changed by it. */
import { ApiError } from '../base/errors.ts'
import { isProfileName, parseToggle, profileNames, toggleNames } from '../objects/profile.ts'
import { showToggleValue, ToggleFault, type ToggleValue } from '../objects/toggle.ts'
import { layToggles, type ToggleLayer } from '../objects/toggles.ts'

/** What takes a setting back, so that it comes from the layer below again. */
const inherit = 'inherit'

/**
 * The layer as changed: `profile` is a profile's name, `toggles` lines of `name=value`; each can be `inherit`. Throws InvalidArgument.
 */
export function changeLayer(
  current: ToggleLayer,
  profile: string | undefined,
  toggles: string | undefined,
): Pick<ToggleLayer, 'profile' | 'toggles'> {
  if (profile !== undefined && profile !== inherit && !isProfileName(profile)) {
    throw new ApiError(
      'InvalidArgument',
      `There is no profile ${JSON.stringify(profile)}; there are ${profileNames.join(', ')}, and ${inherit}.`,
    )
  }
  const set = new Map<string, ToggleValue>(Object.entries(current.toggles ?? {}))
  for (const line of toggles?.split('\n') ?? []) {
    const equals = line.indexOf('=')
    if (equals < 1) throw new ApiError('InvalidArgument', `Write name=value, not ${JSON.stringify(line)}.`)
    const [name, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()]
    if (value === inherit) set.delete(name)
    else set.set(name, parsed(name, value))
  }
  return {
    profile: profile === undefined ? current.profile : profile === inherit ? undefined : profile,
    toggles: set.size === 0 ? undefined : Object.fromEntries(set),
  }
}

function parsed(name: string, value: string): ToggleValue {
  try {
    return parseToggle(name, value)
  } catch (error) {
    if (!(error instanceof ToggleFault)) throw error
    throw new ApiError('InvalidArgument', `The toggle ${name} ${error.message}.`, { cause: error })
  }
}

/** A layer made anew: a profile or none, and toggles by their names. Throws InvalidArgument. */
export function newLayer(
  profile: string | null,
  toggles: Readonly<Record<string, string>>,
): Pick<ToggleLayer, 'profile' | 'toggles'> {
  const set = Object.entries(toggles).map(([name, value]) => [name, parsed(name, value)] as const)
  const { profile: checked } = changeLayer({}, profile ?? inherit, undefined)
  return { profile: checked, toggles: set.length === 0 ? undefined : Object.fromEntries(set) }
}

/** What is set on it, and what holds for it under the layers below. */
export function showLayer(own: ToggleLayer, below: readonly ToggleLayer[]) {
  const holds = layToggles([...below, own])
  return {
    profile: own.profile ?? null,
    toggles: { ...own.toggles },
    inForce: Object.fromEntries(toggleNames.map((name) => [name, showToggleValue(holds[name])])),
  }
}
