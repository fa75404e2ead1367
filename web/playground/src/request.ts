import type { Facts } from './facts'

/** A GraphQL request as the endpoint takes it. */
export interface Request {
  query: string
  operationName?: string | null | undefined
  variables?: unknown
}

export interface Answer {
  data?: unknown
  errors?: { message: string; extensions?: { code?: string } }[]
  extensions?: Record<string, unknown>
}

/**
 * The word of the Weft-Debug header that asks for no facts. In development the header itself says that a developer asks,
 * who may send other documents than those that a router may be held to.
 */
const justADeveloper = 'none'

/** What differs between the page's requests. */
export interface RequestOptions {
  headers?: Record<string, string>
  /** The words of the Weft-Debug header; justADeveloper without. */
  debug?: string
  /** Sends no cookie: for what does not depend on who asks. */
  anonymous?: boolean
  signal?: AbortSignal
}

/** An answer with the facts taken out that the router added, so that it reads as it would in production. */
export interface Result {
  status: number
  answer: Answer
  facts?: Facts
}

/** Sends an operation to the router. The error says in a sentence why there is no answer. */
export async function send(endpoint: string, request: Request, options: RequestOptions = {}): Promise<Result> {
  // In this media type a document with mistakes is an answer like any other, not a failed request.
  return readAnswer(await post(endpoint, request, 'application/json', options))
}

/** Posts an operation, for an answer of the media type. */
export async function post(endpoint: string, request: Request, accept: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept,
    ...options.headers,
    'weft-debug': options.debug ?? justADeveloper,
  }
  try {
    return await fetch(endpoint, {
      method: 'POST',
      headers,
      body: JSON.stringify(request),
      credentials: options.anonymous ? 'omit' : 'same-origin',
      signal: options.signal ?? null,
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new Error(`The router does not answer at ${endpoint}: is it running?`)
  }
}

/** Reads an answer that comes as a whole. */
export async function readAnswer(response: Response): Promise<Result> {
  const text = await response.text()
  let answer: Answer
  try {
    answer = JSON.parse(text) as Answer
  } catch {
    throw new Error(`The answer is not JSON (status ${response.status}): ${text.slice(0, 200)}`)
  }
  return { status: response.status, ...takeFacts(answer) }
}

function takeFacts(answer: Answer): { answer: Answer; facts?: Facts } {
  const facts = answer.extensions?.['weft'] as Facts | undefined
  if (!facts) return { answer }
  const { weft: _, ...extensions } = answer.extensions ?? {}
  const { extensions: __, ...rest } = answer
  return { answer: Object.keys(extensions).length > 0 ? { ...rest, extensions } : rest, facts }
}
