/** The only place that takes chance; everything else is given a Random, so that a simulation can replay it. */
import { randomFillSync } from 'node:crypto'

export interface Random {
  /** `size` unpredictable bytes, fit for keys and ids. */
  bytes(size: number): Buffer
}

export const systemRandom: Random = {
  bytes: (size) => randomFillSync(Buffer.allocUnsafeSlow(size)),
}
