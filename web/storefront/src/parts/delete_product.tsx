// Taking a product out of the catalogue, after a question.
import { useLocation } from 'wouter'
import { DeleteProductDocument } from '../graphql'
import { useShopMutation } from '../query'
import { useAnnounce } from './announce'
import { ConfirmDelete } from './confirm'

export function DeleteProduct({ id, name }: { id: string; name: string }) {
  const announce = useAnnounce()
  const [, navigate] = useLocation()
  const { run, isBusy } = useShopMutation(DeleteProductDocument)
  const remove = async () => {
    const done = await run({ id })
    if (!done?.data?.deleteProduct) return done?.failures[0]
    navigate('/')
    announce(`${name} is deleted.`)
    return undefined
  }
  return (
    <ConfirmDelete question={`Delete ${name}?`} label="Delete" isBusy={isBusy} onConfirm={remove}>
      It leaves the catalogue. Orders keep its name and price.
    </ConfirmDelete>
  )
}
