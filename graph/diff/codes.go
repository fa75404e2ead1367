package diff

import "slices"

// Class says what a change can do to clients.
type Class uint8

const (
	// Breaking changes make operations fail that were good, or give them what they cannot take.
	Breaking Class = iota
	// Dangerous changes leave every operation valid, and may surprise a client that uses what has changed.
	Dangerous
	// Safe changes are noticed by no client.
	Safe
)

// String names the class: "breaking", "dangerous" or "safe".
func (c Class) String() string {
	return [...]string{Breaking: "breaking", Dangerous: "dangerous", Safe: "safe"}[c]
}

// Code is the public, stable name of a kind of change.
type Code string

// Codes of types.
const (
	// TypeRemoved: clients no longer see the type.
	TypeRemoved Code = "TYPE_REMOVED"
	// TypeAdded: there is a new type.
	TypeAdded Code = "TYPE_ADDED"
	// TypeKindChanged: the name now stands for another kind, such as an object type that became a union.
	TypeKindChanged Code = "TYPE_KIND_CHANGED"
	// RootOperationRemoved: there are no more mutations, or no more subscriptions.
	RootOperationRemoved Code = "ROOT_OPERATION_REMOVED"
	// RootOperationAdded: there are mutations or subscriptions now.
	RootOperationAdded Code = "ROOT_OPERATION_ADDED"
	// RootTypeRenamed: the root type of an operation has another name, so fragments on it are invalid.
	RootTypeRenamed Code = "ROOT_TYPE_RENAMED"
	// DescriptionChanged: the documentation of an element is another.
	DescriptionChanged Code = "DESCRIPTION_CHANGED"
	// SpecifiedByChanged: a scalar names another specification, so its values may be written otherwise.
	SpecifiedByChanged Code = "SPECIFIED_BY_CHANGED"
)

// Codes of fields of objects and interfaces.
const (
	// FieldRemoved: the field is gone; whoever selects it fails.
	FieldRemoved Code = "FIELD_REMOVED"
	// FieldAdded: there is a new field.
	FieldAdded Code = "FIELD_ADDED"
	// FieldTypeChanged: values of the new type are not all values of the old one, as with "String!" to "String".
	FieldTypeChanged Code = "FIELD_TYPE_CHANGED"
	// FieldTypeNarrowed: the field has a member or implementation of its old type, so fragments on others are invalid.
	FieldTypeNarrowed Code = "FIELD_TYPE_NARROWED"
	// FieldTypeRefined: the field, or the elements of its list, can no longer be null.
	FieldTypeRefined Code = "FIELD_TYPE_REFINED"
	// DeprecationAdded: an element that was good is deprecated.
	DeprecationAdded Code = "DEPRECATION_ADDED"
	// DeprecationRemoved: an element is no longer deprecated.
	DeprecationRemoved Code = "DEPRECATION_REMOVED"
	// DeprecationReasonChanged: a deprecated element gives another reason.
	DeprecationReasonChanged Code = "DEPRECATION_REASON_CHANGED"
)

// Codes of arguments of fields.
const (
	// ArgRemoved: the argument is gone; whoever gives it fails.
	ArgRemoved Code = "ARG_REMOVED"
	// RequiredArgAdded: there is a new argument that must be given.
	RequiredArgAdded Code = "REQUIRED_ARG_ADDED"
	// OptionalArgAdded: there is a new argument that no operation can have given.
	OptionalArgAdded Code = "OPTIONAL_ARG_ADDED"
	// ArgBecameRequired: the argument could be left out or null, and no longer can.
	ArgBecameRequired Code = "ARG_BECAME_REQUIRED"
	// ArgTypeChanged: the argument no longer takes all values that it took.
	ArgTypeChanged Code = "ARG_TYPE_CHANGED"
	// ArgTypeRelaxed: the argument takes more values.
	ArgTypeRelaxed Code = "ARG_TYPE_RELAXED"
	// ArgDefaultChanged: leaving the argument out means something else.
	ArgDefaultChanged Code = "ARG_DEFAULT_CHANGED"
)

// Codes of input fields.
const (
	// InputFieldRemoved: the input field is gone; whoever gives it fails.
	InputFieldRemoved Code = "INPUT_FIELD_REMOVED"
	// RequiredInputFieldAdded: there is a new input field that must be given.
	RequiredInputFieldAdded Code = "REQUIRED_INPUT_FIELD_ADDED"
	// OptionalInputFieldAdded: there is a new input field that nobody can have given.
	OptionalInputFieldAdded Code = "OPTIONAL_INPUT_FIELD_ADDED"
	// InputFieldBecameRequired: the input field could be left out or null, and no longer can.
	InputFieldBecameRequired Code = "INPUT_FIELD_BECAME_REQUIRED"
	// InputFieldTypeChanged: the input field no longer takes all values that it took.
	InputFieldTypeChanged Code = "INPUT_FIELD_TYPE_CHANGED"
	// InputFieldTypeRelaxed: the input field takes more values.
	InputFieldTypeRelaxed Code = "INPUT_FIELD_TYPE_RELAXED"
	// InputFieldDefaultChanged: leaving the input field out means something else.
	InputFieldDefaultChanged Code = "INPUT_FIELD_DEFAULT_CHANGED"
	// OneOfAdded: exactly one field of the input object must be given now.
	OneOfAdded Code = "ONE_OF_ADDED"
	// OneOfRemoved: several fields of the input object may be given now.
	OneOfRemoved Code = "ONE_OF_REMOVED"
)

// Codes of enums, unions and interfaces.
const (
	// EnumValueRemoved: a value that clients may send is gone.
	EnumValueRemoved Code = "ENUM_VALUE_REMOVED"
	// ReturnedEnumValueRemoved: a value that clients only receive is gone.
	ReturnedEnumValueRemoved Code = "RETURNED_ENUM_VALUE_REMOVED"
	// EnumValueAdded: clients may receive a value that they do not know.
	EnumValueAdded Code = "ENUM_VALUE_ADDED"
	// SentEnumValueAdded: there is a new value in an enum that clients only send.
	SentEnumValueAdded Code = "SENT_ENUM_VALUE_ADDED"
	// UnionMemberRemoved: fragments on the member are invalid where the union stands.
	UnionMemberRemoved Code = "UNION_MEMBER_REMOVED"
	// UnionMemberAdded: clients may receive a type that they do not know.
	UnionMemberAdded Code = "UNION_MEMBER_ADDED"
	// InterfaceRemoved: the type no longer implements the interface, so fragments between them are invalid.
	InterfaceRemoved Code = "INTERFACE_REMOVED"
	// InterfaceAdded: where the interface stands, clients may receive a type that they do not know.
	InterfaceAdded Code = "INTERFACE_ADDED"
)

// Codes of directives that operations may apply.
const (
	// DirectiveRemoved: the directive is gone; whoever applies it fails.
	DirectiveRemoved Code = "DIRECTIVE_REMOVED"
	// DirectiveAdded: there is a new directive.
	DirectiveAdded Code = "DIRECTIVE_ADDED"
	// DirectiveLocationRemoved: the directive may no longer stand there.
	DirectiveLocationRemoved Code = "DIRECTIVE_LOCATION_REMOVED"
	// DirectiveLocationAdded: the directive may stand in more places.
	DirectiveLocationAdded Code = "DIRECTIVE_LOCATION_ADDED"
	// DirectiveRepeatableRemoved: the directive may no longer stand twice in one place.
	DirectiveRepeatableRemoved Code = "DIRECTIVE_REPEATABLE_REMOVED"
	// DirectiveRepeatableAdded: the directive may stand several times in one place.
	DirectiveRepeatableAdded Code = "DIRECTIVE_REPEATABLE_ADDED"
	// DirectiveArgRemoved: the argument is gone; whoever gives it fails.
	DirectiveArgRemoved Code = "DIRECTIVE_ARG_REMOVED"
	// RequiredDirectiveArgAdded: there is a new argument that must be given.
	RequiredDirectiveArgAdded Code = "REQUIRED_DIRECTIVE_ARG_ADDED"
	// OptionalDirectiveArgAdded: there is a new argument that no operation can have given.
	OptionalDirectiveArgAdded Code = "OPTIONAL_DIRECTIVE_ARG_ADDED"
	// DirectiveArgBecameRequired: the argument could be left out or null, and no longer can.
	DirectiveArgBecameRequired Code = "DIRECTIVE_ARG_BECAME_REQUIRED"
	// DirectiveArgTypeChanged: the argument no longer takes all values that it took.
	DirectiveArgTypeChanged Code = "DIRECTIVE_ARG_TYPE_CHANGED"
	// DirectiveArgTypeRelaxed: the argument takes more values.
	DirectiveArgTypeRelaxed Code = "DIRECTIVE_ARG_TYPE_RELAXED"
	// DirectiveArgDefaultChanged: leaving the argument out means something else.
	DirectiveArgDefaultChanged Code = "DIRECTIVE_ARG_DEFAULT_CHANGED"
)

// byClass holds every code in the class that it always has.
var byClass = [...][]Code{
	Breaking: {
		TypeRemoved, TypeKindChanged, RootOperationRemoved, RootTypeRenamed, FieldRemoved, FieldTypeChanged,
		ArgRemoved, RequiredArgAdded, ArgBecameRequired, ArgTypeChanged,
		InputFieldRemoved, RequiredInputFieldAdded, InputFieldBecameRequired, InputFieldTypeChanged, OneOfAdded,
		EnumValueRemoved, UnionMemberRemoved, InterfaceRemoved,
		DirectiveRemoved, DirectiveLocationRemoved, DirectiveRepeatableRemoved, DirectiveArgRemoved,
		RequiredDirectiveArgAdded, DirectiveArgBecameRequired, DirectiveArgTypeChanged,
	},
	Dangerous: {
		FieldTypeNarrowed, ArgDefaultChanged, InputFieldDefaultChanged, DirectiveArgDefaultChanged,
		ReturnedEnumValueRemoved, EnumValueAdded, UnionMemberAdded, InterfaceAdded, SpecifiedByChanged,
	},
	Safe: {
		TypeAdded, RootOperationAdded, DescriptionChanged, FieldAdded, FieldTypeRefined,
		DeprecationAdded, DeprecationRemoved, DeprecationReasonChanged,
		OptionalArgAdded, ArgTypeRelaxed, OptionalInputFieldAdded, InputFieldTypeRelaxed, OneOfRemoved,
		SentEnumValueAdded, DirectiveAdded, DirectiveLocationAdded, DirectiveRepeatableAdded,
		OptionalDirectiveArgAdded, DirectiveArgTypeRelaxed,
	},
}

// Codes lists every code, the breaking ones first.
func Codes() []Code { return slices.Concat(byClass[:]...) }

// Class returns the class that changes of this code have.
func (c Code) Class() Class {
	for class, codes := range byClass {
		if slices.Contains(codes, c) {
			return Class(class)
		}
	}
	panic("diff: the code " + string(c) + " is in no class")
}
