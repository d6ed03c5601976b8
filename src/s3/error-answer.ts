/** Errors as S3 tells them: a status and a document (Amazon S3 API Reference, "Error responses"). */
import { ApiError } from '../base/errors.ts'
import type { HttpResponse } from '../http/message.ts'
import { headerText } from './codec-encoder.ts'
import { escapeXml, xmlDeclaration } from './xml.ts'

export interface ErrorContext {
  readonly method: string
  /** x-amz-request-id. */
  readonly requestId: string
  /** x-amz-id-2: which server it was, in a form that says nothing to others. */
  readonly hostId: string
  /** What the request was about, as sent: the path of the target. */
  readonly resource: string
}

/** The answer. Of what is not an ApiError the client learns nothing but InternalError; HEAD and 304 have no body. */
export function errorAnswer(thrown: unknown, context: ErrorContext): HttpResponse {
  const error = apiErrorOf(thrown)
  const headers = ['x-amz-request-id', context.requestId, 'x-amz-id-2', context.hostId]
  for (const [name, value] of Object.entries(error.headers)) headers.push(name, headerText(value))
  if (error.status === 304) return { status: 304, headers, body: undefined }
  headers.push('content-type', 'application/xml')
  const body = context.method === 'HEAD' ? undefined : xmlDeclaration + errorDocument(error, context)
  return { status: error.status, headers, body }
}

/** The document alone, without its declaration: for an answer whose head is already sent. */
export function errorDocument(thrown: unknown, { requestId, hostId, resource }: Omit<ErrorContext, 'method'>): string {
  const { code, message, details } = apiErrorOf(thrown)
  const elements = {
    Code: code,
    Message: message,
    ...details,
    Resource: resource,
    RequestId: requestId,
    HostId: hostId,
  }
  let content = ''
  for (const [tag, text] of Object.entries(elements)) content += `<${tag}>${escapeXml(text)}</${tag}>`
  return `<Error>${content}</Error>`
}

const apiErrorOf = (thrown: unknown): ApiError => (thrown instanceof ApiError ? thrown : new ApiError('InternalError'))
