import { post, readAnswer, type Answer, type Request, type RequestOptions } from './request'

/**
 * Subscribes, and gives each response as it comes. Who stops listening ends the stream, also while it waits for an event.
 */
export function subscribe(endpoint: string, request: Request, options: RequestOptions, onSessionEnded: () => void): AsyncIterable<Answer> {
  const abort = new AbortController()
  const answers = read(endpoint, request, { ...options, signal: abort.signal }, onSessionEnded)
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => answers.next(),
      return: () => {
        abort.abort()
        return answers.return(undefined)
      },
    }),
  }
}

async function* read(endpoint: string, request: Request, options: RequestOptions, onSessionEnded: () => void): AsyncGenerator<Answer, undefined> {
  try {
    const response = await post(endpoint, request, 'text/event-stream', options)
    if (response.status === 401) onSessionEnded()
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
      yield (await readAnswer(response)).answer // why there is no stream
      return
    }
    for await (const { name, data } of events(response.body)) {
      if (name === 'complete') return
      if (name === 'next') yield JSON.parse(data) as Answer
    }
    throw new Error('The stream ended before its operation did: run it again.')
  } catch (error) {
    if (!options.signal?.aborted) throw error
  }
}

/** The events of a stream as the router writes them: lines end with a line feed, and comments come between events. */
async function* events(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<{ name: string; data: string }> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const blocks = (rest + chunk.value).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n')
      const valuesOf = (field: string) => lines.filter((line) => line.startsWith(`${field}: `)).map((line) => line.slice(field.length + 2))
      const [name] = valuesOf('event')
      if (name) yield { name, data: valuesOf('data').join('\n') }
    }
  }
}
