package store

// User is a person as this service knows them: by id. What is known of their credit is looked up when it is asked for.
type User struct{ ID string }

// Order is an order of the order service, known by id. Total and customer come with each question about its financing;
// who applies for one is told by the copy that the events keep.
type Order struct{ ID string }

// Product is a product of the product service, known by id; its price comes with each question about it.
type Product struct{ ID string }

// IsEntity marks User as an entity of the federated graph.
func (User) IsEntity() {}

// IsEntity marks Order as an entity of the federated graph.
func (Order) IsEntity() {}

// IsEntity marks Product as an entity of the federated graph.
func (Product) IsEntity() {}
