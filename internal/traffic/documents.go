package traffic

// The operations. What they select is what the storefront's pages do.
const (
	productCard = `__typename id name price { amount currency } stock ... on Movie { year cast } ... on Vehicle { year mileage }`
	orderLines  = `id status items { productId productName quantity unitPrice { amount currency }
		lineTotal { amount currency } product { id stock price { amount currency } } } total { amount currency }`
	loginFields = `token expiresAt user { id }`

	productsQuery = `query Products($first: Int!, $after: String, $filter: ProductFilter, $sort: ProductSort!) {
		products(first: $first, after: $after, filter: $filter, sort: $sort) { totalCount pageInfo { hasNextPage endCursor }
		edges { node { ` + productCard + ` monthlyFrom(termMonths: 24) { amount currency } } } } }`
	productQuery = `query Product($id: ID!) { product(id: $id) { ` + productCard + ` sku description timesOrdered
		monthlyFrom(termMonths: 24) { amount currency } } }`
	openOrderQuery = `query OpenOrder { me { name openOrder { id status items { productId productName quantity
		unitPrice { amount currency } lineTotal { amount currency } product { id name price { amount currency }
		... on Movie { title year cast } ... on Vehicle { make model } } } total { amount currency }
		financing { decision reason monthlyPayment { amount currency } termMonths } } creditStatus } }`
	pastOrdersQuery = `query PastOrders { me { id orders(first: 10) { totalCount pageInfo { hasNextPage endCursor }
		edges { node { ` + orderLines + ` placedAt } } } } }`

	addItemMutation     = `mutation AddItem($id: ID!, $n: Int!) { addItem(productId: $id, quantity: $n) { ` + orderLines + ` } }`
	setQuantityMutation = `mutation SetItemQuantity($id: ID!, $n: Int!) { setItemQuantity(productId: $id, quantity: $n) { ` +
		orderLines + ` financing(termMonths: 24) { decision monthlyPayment { amount currency } } } }`
	checkoutMutation = `mutation Checkout($key: String!) { checkout(idempotencyKey: $key) { ` + orderLines + ` placedAt } }`
	cancelMutation   = `mutation CancelOrder($id: ID!) { cancelOrder(id: $id, reason: "changed my mind") { id status } }`

	applyMutation  = `mutation Apply($id: ID!) { applyForFinancing(orderId: $id, termMonths: 24) { id status reason } }`
	decideMutation = `mutation Decide($id: ID!, $approve: Boolean!) {
		decideFinancing(id: $id, approve: $approve, reason: "looked at it") { id status } }`

	uploadMutation = `mutation Upload($id: ID!, $file: Upload!) { uploadProductImage(productId: $id, file: $file) { id path size } }`
	deleteMutation = `mutation DeleteFile($id: ID!) { deleteFile(id: $id) }`
	goodsMutation  = `mutation CreateGoods($input: GoodsInput!) { createGoods(input: $input) { id } }`

	registerMutation = `mutation Register($input: RegisterInput!) { register(input: $input) { ` + loginFields + ` } }`
	loginMutation    = `mutation Login($input: LoginInput!) { login(input: $input) { ` + loginFields + ` } }`
	logoutMutation   = `mutation Logout { logout }`
)

// productWords name the products that are added, and are searched for.
var productWords = [][]string{
	{"blue", "green", "red", "white", "black", "yellow", "grey", "brown"},
	{"lamp", "chair", "table", "kettle", "clock", "blanket", "shelf", "mirror", "basket", "bottle"},
	{"oak", "steel", "glass", "linen", "copper", "paper"},
}
