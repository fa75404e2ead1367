// Taking a product out of the catalogue, after a question.
import { useRef, useState } from 'react'
import { useLocation } from 'wouter'
import type { Failure } from '../failure'
import { DeleteProductDocument } from '../graphql'
import { useShopMutation } from '../query'
import { useAnnounce } from './announce'
import { Refusal } from './page'

export function DeleteProduct({ id, name }: { id: string; name: string }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const announce = useAnnounce()
  const [, navigate] = useLocation()
  const { run, isBusy } = useShopMutation(DeleteProductDocument)
  const [failure, setFailure] = useState<Failure>()
  const remove = async () => {
    const done = await run({ id })
    if (!done) return
    if (!done.data?.deleteProduct) {
      setFailure(done.failures[0])
      return
    }
    dialog.current?.close()
    navigate('/')
    announce(`${name} is deleted.`)
  }
  return (
    <>
      <button type="button" className="danger" onClick={() => dialog.current?.showModal()}>
        Delete
      </button>
      <dialog ref={dialog} aria-label={`Delete ${name}?`}>
        <p>
          <strong>Delete {name}?</strong> It leaves the catalogue. Orders keep its name and price.
        </p>
        <Refusal failure={failure} />
        <p className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <button type="button" className="danger" aria-disabled={isBusy} onClick={() => void remove()}>
            Delete it
          </button>
        </p>
      </dialog>
    </>
  )
}
