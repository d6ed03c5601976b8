/** The log: one JSON object a line, on standard error. */
import { destination, pino, stdTimeFunctions, type Logger } from 'pino'

export type { Logger } from 'pino'
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export const createLogger = (level: LogLevel): Logger =>
  pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, destination({ fd: 2, sync: true }))
