package diag

// Unreported is a code that other composers report, or have reported, and weft does not.
type Unreported struct {
	Code Code
	// Why says why not.
	Why string
	// See are the codes that weft reports in its place; empty where there is nothing to report.
	See []Code
}

// ExplainUnreported returns what is known of a code that weft does not report.
func ExplainUnreported(code Code) (Unreported, bool) {
	for _, u := range UnreportedCodes() {
		if u.Code == code {
			return u, true
		}
	}
	return Unreported{}, false
}

const (
	otherName = "another composer's name for the same"
	history   = "a rule of Federation 1 that no longer holds"
	renamed   = "the name that it had before Federation 2"
)

// UnreportedCodes lists the codes that others report and weft does not, by kind.
func UnreportedCodes() []Unreported {
	return []Unreported{
		{"DOWNSTREAM_SERVICE_ERROR", "nothing of composition: a router answers with it, in extensions.code, when a call of a subgraph has failed", nil},
		{"UNSUPPORTED_FEATURE", "it was for features that GraphQL has and Federation had not yet, such as subscriptions before v2.4: none is left that weft does not compose", []Code{UnsupportedLinkedFeature}},

		{"NO_EXECUTABLE_DIRECTIVE_LOCATIONS_INTERSECTION", otherName, []Code{NoExecutableDirectiveIntersection}},
		{"CONTEXT_SELECTION_INVALID", otherName, []Code{ContextInvalidSelection}},
		{"NO_CONTEXT_REFERENCED", otherName, []Code{NoContextInSelection}},
		{"NO_SELECTION_FOR_CONTEXT", otherName, []Code{ContextInvalidSelection}},
		{"CONTEXT_NAME_CONTAINS_UNDERSCORE", otherName, []Code{ContextNameInvalid}},

		{"KEY_FIELDS_MISSING_ON_BASE", renamed, []Code{KeyInvalidFields}},
		{"REQUIRES_FIELDS_HAS_ARGS", "required fields may have arguments since Federation 2.1", nil},
		{"ENUM_MISMATCH", renamed, []Code{EnumValueMismatch}},
		{"ENUM_MISMATCH_TYPE", renamed, []Code{TypeKindMismatch}},
		{"VALUE_TYPE_FIELD_TYPE_MISMATCH", renamed, []Code{FieldTypeMismatch, FieldArgumentTypeMismatch}},
		{"VALUE_TYPE_KIND_MISMATCH", renamed, []Code{TypeKindMismatch}},
		{"VALUE_TYPE_UNION_TYPES_MISMATCH", "unions are merged: the difference is a hint", []Code{InconsistentUnionMember}},
		{"VALUE_TYPE_INPUT_VALUE_MISMATCH", renamed, []Code{FieldArgumentTypeMismatch, FieldTypeMismatch}},
		{"VALUE_TYPE_NO_ENTITY", history + ": a type may have a key in some subgraphs only", []Code{InconsistentEntity}},
		{"TAG_DEFINITION_INVALID", renamed, []Code{DirectiveDefinitionInvalid}},
		{"LINK_MISSING", "a directive that the subgraph does not link is unknown to it", []Code{InvalidGraphQL}},
		{"KEY_MISSING_ON_BASE", history + ": no subgraph owns a type", nil},
		{"KEY_NOT_SPECIFIED", history + ": subgraphs may use different keys", []Code{SatisfiabilityError}},
		{"MULTIPLE_KEYS_ON_EXTENSION", history + ": every subgraph may have several keys", nil},
		{"EXTERNAL_USED_ON_BASE", history + ": no subgraph owns a type", nil},
		{"PROVIDES_NOT_ON_ENTITY", history + ": value types may be provided too", nil},
		{"REQUIRES_USED_ON_BASE", history + ": no subgraph owns a type", nil},
		{"RESERVED_FIELD_USED", history + ": _service and _entities are removed before composing", nil},
		{"DUPLICATE_ENUM_VALUE", renamed, []Code{InvalidGraphQL}},
		{"DUPLICATE_SCALAR_DEFINITION", renamed, []Code{InvalidGraphQL}},
		{"DUPLICATE_ENUM_DEFINITION", renamed, []Code{InvalidGraphQL}},
	}
}
