/** Checks the Node.js that runs this program. */
import { failed, ok } from './check.ts'
import type { Finding } from './check.ts'

/** The oldest major version that runs the server. */
export const nodeMajorMin = 24

export function checkNode(version: string): Finding {
  return Number.parseInt(version, 10) >= nodeMajorMin
    ? ok('Node.js', `version ${version}`)
    : failed(
        'Node.js',
        `version ${version} is too old`,
        `Use Node.js ${nodeMajorMin} or newer; npm ci brings one: node_modules/.bin/node`,
      )
}
