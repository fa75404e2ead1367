package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

const (
	maxNameLength    = 255
	maxAddressLength = 1023
	maxEmailLength   = 255
	maxAge           = 150
)

// User is a person with an account.
type User struct {
	ID           string
	Username     string
	Name         string
	Age          *int
	Email        *string
	Address      *string
	Roles        Roles
	PasswordHash string    `db:"password_hash"`
	CreatedAt    time.Time `db:"created_at"`
	// DeletedAt is set for a tombstone: an account that was deleted, of which only the id is left.
	DeletedAt *time.Time `db:"deleted_at"`
}

const userColumns = `id, username, name, age, email, address, roles, password_hash, created_at, deleted_at`

// Role is what a person may do in the shop.
type Role string

const (
	// RoleCustomer is everybody's role: it gives no permission.
	RoleCustomer Role = "CUSTOMER"
	// RoleClerk serves customers and keeps the catalogue.
	RoleClerk Role = "CLERK"
	// RoleAdmin is a clerk who also gives and takes roles.
	RoleAdmin Role = "ADMIN"
)

var allRoles = []Role{RoleCustomer, RoleClerk, RoleAdmin}

// Roles is the set of a person's roles, in the order in which they were given.
type Roles []Role

var (
	clerkPermissions = []string{"product:write", "order:read", "order:write", "user:read", "credit:write"}
	adminPermissions = append(slices.Clone(clerkPermissions), "user:admin")
)

// Permissions returns the scopes that the roles give, each once.
func (r Roles) Permissions() []string {
	switch {
	case slices.Contains(r, RoleAdmin):
		return adminPermissions
	case slices.Contains(r, RoleClerk):
		return clerkPermissions
	default:
		return []string{}
	}
}

// Value writes the roles as text, separated by spaces.
func (r Roles) Value() (driver.Value, error) {
	texts := make([]string, len(r))
	for i, role := range r {
		texts[i] = string(role)
	}
	return strings.Join(texts, " "), nil
}

// Scan reads what Value wrote.
func (r *Roles) Scan(stored any) error {
	text, isText := stored.(string)
	if !isText {
		return fmt.Errorf("roles are stored as text, and this is %T", stored)
	}
	*r = nil
	for _, role := range strings.Fields(text) {
		*r = append(*r, Role(role))
	}
	return nil
}

// Registration is what a new account needs.
type Registration struct {
	ID           string // "" makes a new one; demo data has fixed ids
	Username     string
	Name         string
	Age          *int
	Email        *string
	Address      *string
	Roles        Roles // besides CUSTOMER, which everybody has
	PasswordHash string
}

// Register makes an account. A wrong input is a BAD_INPUT, a username that somebody has a CONFLICT.
func (s *Store) Register(ctx context.Context, r Registration) (*User, error) {
	user := &User{
		ID: r.ID, Username: r.Username, Name: r.Name, Age: r.Age, Email: r.Email, Address: r.Address,
		Roles: append(Roles{RoleCustomer}, r.Roles...), PasswordHash: r.PasswordHash, CreatedAt: database.Now(),
	}
	if user.ID == "" {
		user.ID = newID()
	}
	if err := CheckUsername("username", user.Username); err != nil {
		return nil, err
	}
	if err := checkProfile(user); err != nil {
		return nil, err
	}
	err := s.db.Tx(ctx, func(tx database.Handle) error { return insertUser(ctx, tx, user) })
	if database.IsUniqueViolation(err) {
		err = errUsernameTaken() // a database that could not order two registrations lets the second one fail here
	}
	if err != nil {
		return nil, err
	}
	return user, nil
}

func errUsernameTaken() error {
	return &fail.Error{Code: fail.Conflict, Field: "username", Message: "This username is taken."}
}

func insertUser(ctx context.Context, tx database.Handle, u *User) error {
	var taken int
	err := tx.Get(ctx, &taken, `SELECT count(*) FROM users WHERE username_key = ? OR id = ?`, usernameKey(u.Username), u.ID)
	if err != nil {
		return fmt.Errorf("look for the username: %w", err)
	}
	if taken > 0 {
		return errUsernameTaken()
	}
	_, err = tx.Exec(ctx, `INSERT INTO users (`+userColumns+`, username_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		u.ID, u.Username, u.Name, u.Age, u.Email, u.Address, u.Roles, u.PasswordHash, u.CreatedAt, nil, usernameKey(u.Username))
	if err != nil {
		return fmt.Errorf("insert the user: %w", err)
	}
	return nil
}

var usernamePattern = regexp.MustCompile(`^[A-Za-z0-9._-]{3,64}$`)

// CheckUsername returns a BAD_INPUT error for field unless name may be a username. Letters beyond ASCII are refused,
// because many of them look alike.
func CheckUsername(field, name string) error {
	if usernamePattern.MatchString(name) {
		return nil
	}
	return fail.Input(field, "A username has 3 to 64 letters, digits, dots, dashes and underscores.")
}

func usernameKey(username string) string { return strings.ToLower(username) }

func checkProfile(u *User) error {
	if err := fail.CheckText("name", u.Name, 1, maxNameLength); err != nil {
		return err
	}
	if u.Age != nil && (*u.Age < 0 || *u.Age > maxAge) {
		return fail.Input("age", "age must be 0 to %d.", maxAge)
	}
	if u.Address != nil {
		if err := fail.CheckText("address", *u.Address, 1, maxAddressLength); err != nil {
			return err
		}
	}
	if u.Email != nil {
		if err := fail.CheckText("email", *u.Email, 1, maxEmailLength); err != nil {
			return err
		}
		parsed, err := mail.ParseAddress(*u.Email)
		if err != nil || parsed.Address != *u.Email {
			return fail.Input("email", "email must be an address such as name@example.org.")
		}
	}
	return nil
}

// ProfileChange changes what is set; a set nil clears an optional value.
type ProfileChange struct {
	Name    *string
	Age     Change[int]
	Email   Change[string]
	Address Change[string]
}

// Change is a new value for something optional, or none.
type Change[T any] struct {
	IsSet bool
	To    *T
}

func (c Change[T]) apply(to **T) {
	if c.IsSet {
		*to = c.To
	}
}

// UpdateProfile changes a person's profile. An unknown id is a NOT_FOUND, a wrong input a BAD_INPUT.
func (s *Store) UpdateProfile(ctx context.Context, id string, change ProfileChange) (*User, error) {
	var user *User
	err := s.db.Tx(ctx, func(tx database.Handle) (err error) {
		if user, err = getUser(ctx, tx, id); err != nil {
			return err
		}
		if change.Name != nil {
			user.Name = *change.Name
		}
		change.Age.apply(&user.Age)
		change.Email.apply(&user.Email)
		change.Address.apply(&user.Address)
		if err := checkProfile(user); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE users SET name = ?, age = ?, email = ?, address = ? WHERE id = ?`,
			user.Name, user.Age, user.Email, user.Address, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

// getUser reads an account that is not deleted.
func getUser(ctx context.Context, tx database.Handle, id string) (*User, error) {
	user := &User{}
	err := tx.Get(ctx, user, `SELECT `+userColumns+` FROM users WHERE id = ? AND deleted_at IS NULL`, id)
	if database.NoRows(err) {
		return nil, fail.New(fail.NotFound, "There is no user with the id %q.", id)
	}
	if err != nil {
		return nil, fmt.Errorf("read the user: %w", err)
	}
	return user, nil
}

// ChangeRole gives a role or takes it away, and raises the version of the person's sessions if that changed anything:
// tokens made before must be refreshed. Sessions says which ones. Nobody loses CUSTOMER, and the last ADMIN stays one.
func (s *Store) ChangeRole(ctx context.Context, id string, role Role, isGranted bool) (user *User, sessions []string, err error) {
	if !slices.Contains(allRoles, role) {
		return nil, nil, fail.Input("role", "There is no role %q.", role)
	}
	if role == RoleCustomer && !isGranted {
		return nil, nil, fail.Input("role", "Everybody is a CUSTOMER; delete the account instead.")
	}
	err = s.db.Tx(ctx, func(tx database.Handle) (err error) {
		user, sessions, err = nil, nil, nil
		if user, err = getUser(ctx, tx, id); err != nil || slices.Contains(user.Roles, role) == isGranted {
			return err
		}
		if isGranted {
			user.Roles = append(user.Roles, role)
		} else {
			user.Roles = slices.DeleteFunc(user.Roles, func(r Role) bool { return r == role })
		}
		if _, err := tx.Exec(ctx, `UPDATE users SET roles = ? WHERE id = ?`, user.Roles, id); err != nil {
			return fmt.Errorf("write the roles: %w", err)
		}
		if role == RoleAdmin && !isGranted {
			if err := checkAdminLeft(ctx, tx); err != nil {
				return err
			}
		}
		sessions, err = raiseVersions(ctx, tx, id)
		return err
	})
	return user, sessions, err
}

// checkAdminLeft keeps the shop from locking everybody out of granting roles.
func checkAdminLeft(ctx context.Context, tx database.Handle) error {
	var admins int
	if err := tx.Get(ctx, &admins, `SELECT count(*) FROM users WHERE roles LIKE '%ADMIN%' AND deleted_at IS NULL`); err != nil {
		return fmt.Errorf("count the admins: %w", err)
	}
	if admins == 0 {
		return fail.New(fail.Conflict, "This is the last ADMIN; make another one first.")
	}
	return nil
}

// IsEntity marks User as an entity of the federated graph: gqlgen's _Entity union asks for it.
func (User) IsEntity() {}
