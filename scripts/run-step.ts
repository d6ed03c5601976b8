/** Runs one command of a script and keeps what it writes, so that only a failure is shown whole. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

export interface Step {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface StepResult {
  readonly name: string
  readonly ok: boolean
  readonly output: string
  readonly seconds: number
}

/** A program that npm installed. */
export const installed = (name: string): string => join(root, 'node_modules/.bin', name)

/** Runs the step in the project's folder; never rejects. With `onOutput`, what it writes is handed on as it comes. */
export function runStep(step: Step, onOutput?: (text: string) => void): Promise<StepResult> {
  const { promise, resolve } = Promise.withResolvers<StepResult>()
  const start = performance.now()
  const child = spawn(step.program, step.args, {
    cwd: root,
    env: { ...process.env, ...step.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output += chunk.toString()
    onOutput?.(chunk.toString())
  }
  const end = (ok: boolean): void =>
    resolve({ name: step.name, ok, output, seconds: (performance.now() - start) / 1000 })
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', (error) => {
    output += error.message
    end(false)
  })
  child.on('close', (code) => end(code === 0))
  return promise
}

/** Runs the steps, `atOnce` at a time, and tells of each as it ends. */
export async function runSteps(
  steps: readonly Step[],
  atOnce: number,
  onEnd: (result: StepResult) => void,
): Promise<StepResult[]> {
  const waiting = [...steps]
  const results: StepResult[] = []
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step)
      results.push(result)
      onEnd(result)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
