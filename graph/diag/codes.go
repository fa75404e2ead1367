package diag

// Codes of the schema, its links and definitions.
const (
	// InvalidGraphQL: a subgraph, or the merged result, breaks a rule of plain GraphQL.
	InvalidGraphQL Code = "INVALID_GRAPHQL"
	// InvalidLinkDirectiveUsage: an application of @link is malformed.
	InvalidLinkDirectiveUsage Code = "INVALID_LINK_DIRECTIVE_USAGE"
	// InvalidLinkIdentifier: the URL of a @link is not that of a specification.
	InvalidLinkIdentifier Code = "INVALID_LINK_IDENTIFIER"
	// UnknownFederationLinkVersion: the linked version of Federation does not exist.
	UnknownFederationLinkVersion Code = "UNKNOWN_FEDERATION_LINK_VERSION"
	// UnknownLinkVersion: the linked version of the link specification does not exist.
	UnknownLinkVersion Code = "UNKNOWN_LINK_VERSION"
	// UnsupportedLinkedFeature: a linked feature that we cannot honour.
	UnsupportedLinkedFeature Code = "UNSUPPORTED_LINKED_FEATURE"
	// LinkImportNameMismatch: a composed directive has different names in different subgraphs.
	LinkImportNameMismatch Code = "LINK_IMPORT_NAME_MISMATCH"
	// DirectiveDefinitionInvalid: a known directive is defined otherwise than its specification says.
	DirectiveDefinitionInvalid Code = "DIRECTIVE_DEFINITION_INVALID"
	// TypeDefinitionInvalid: a known type is defined otherwise than its specification says.
	TypeDefinitionInvalid Code = "TYPE_DEFINITION_INVALID"
	// InvalidSubgraphName: the name is missing, reserved or used twice.
	InvalidSubgraphName Code = "INVALID_SUBGRAPH_NAME"
	// RootQueryUsed: a type called Query is not the query root.
	RootQueryUsed Code = "ROOT_QUERY_USED"
	// RootMutationUsed: a type called Mutation is not the mutation root.
	RootMutationUsed Code = "ROOT_MUTATION_USED"
	// RootSubscriptionUsed: a type called Subscription is not the subscription root.
	RootSubscriptionUsed Code = "ROOT_SUBSCRIPTION_USED"
	// NoQueries: no subgraph offers a query field.
	NoQueries Code = "NO_QUERIES"
	// InvalidFederationSupergraph: what was to be loaded as a supergraph is none.
	InvalidFederationSupergraph Code = "INVALID_FEDERATION_SUPERGRAPH"
)

// Codes of @key, @requires, @provides and @external.
const (
	// KeyInvalidFieldsType: "fields" of @key is no string.
	KeyInvalidFieldsType Code = "KEY_INVALID_FIELDS_TYPE"
	// RequiresInvalidFieldsType: "fields" of @requires is no string.
	RequiresInvalidFieldsType Code = "REQUIRES_INVALID_FIELDS_TYPE"
	// ProvidesInvalidFieldsType: "fields" of @provides is no string.
	ProvidesInvalidFieldsType Code = "PROVIDES_INVALID_FIELDS_TYPE"
	// KeyInvalidFields: "fields" of @key does not parse or names unknown fields.
	KeyInvalidFields Code = "KEY_INVALID_FIELDS"
	// RequiresInvalidFields: "fields" of @requires does not parse or names unknown fields.
	RequiresInvalidFields Code = "REQUIRES_INVALID_FIELDS"
	// ProvidesInvalidFields: "fields" of @provides does not parse or names unknown fields.
	ProvidesInvalidFields Code = "PROVIDES_INVALID_FIELDS"
	// KeyDirectiveInFieldsArg: a directive stands in the field set of @key.
	KeyDirectiveInFieldsArg Code = "KEY_DIRECTIVE_IN_FIELDS_ARG"
	// RequiresDirectiveInFieldsArg: a directive stands in the field set of @requires.
	RequiresDirectiveInFieldsArg Code = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"
	// ProvidesDirectiveInFieldsArg: a directive stands in the field set of @provides.
	ProvidesDirectiveInFieldsArg Code = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"
	// KeyFieldsHasArgs: a @key selects a field with arguments.
	KeyFieldsHasArgs Code = "KEY_FIELDS_HAS_ARGS"
	// ProvidesFieldsHasArgs: a @provides selects a field with arguments.
	ProvidesFieldsHasArgs Code = "PROVIDES_FIELDS_HAS_ARGS"
	// KeyFieldsSelectInvalidType: a @key selects an interface or union.
	KeyFieldsSelectInvalidType Code = "KEY_FIELDS_SELECT_INVALID_TYPE"
	// KeyUnsupportedOnInterface: @key on an interface before Federation 2.3.
	KeyUnsupportedOnInterface Code = "KEY_UNSUPPORTED_ON_INTERFACE"
	// RequiresUnsupportedOnInterface: @requires on a field of an interface.
	RequiresUnsupportedOnInterface Code = "REQUIRES_UNSUPPORTED_ON_INTERFACE"
	// ProvidesUnsupportedOnInterface: @provides on a field of an interface.
	ProvidesUnsupportedOnInterface Code = "PROVIDES_UNSUPPORTED_ON_INTERFACE"
	// ProvidesOnNonObjectField: @provides on a field that returns a leaf.
	ProvidesOnNonObjectField Code = "PROVIDES_ON_NON_OBJECT_FIELD"
	// RequiresFieldsMissingExternal: a @requires selects a field that is not external.
	RequiresFieldsMissingExternal Code = "REQUIRES_FIELDS_MISSING_EXTERNAL"
	// ProvidesFieldsMissingExternal: a @provides selects a field that is not external.
	ProvidesFieldsMissingExternal Code = "PROVIDES_FIELDS_MISSING_EXTERNAL"
	// ExternalUnused: an external field that nothing needs.
	ExternalUnused Code = "EXTERNAL_UNUSED"
	// ExternalOnInterface: @external on a field of an interface.
	ExternalOnInterface Code = "EXTERNAL_ON_INTERFACE"
	// TypeWithOnlyUnusedExternal: a Federation 1 type has nothing but external fields that nothing needs.
	TypeWithOnlyUnusedExternal Code = "TYPE_WITH_ONLY_UNUSED_EXTERNAL"
	// ExternalMissingOnBase: a field is external everywhere and resolved nowhere.
	ExternalMissingOnBase Code = "EXTERNAL_MISSING_ON_BASE"
	// ExternalTypeMismatch: an external field's type contradicts the one that is resolved.
	ExternalTypeMismatch Code = "EXTERNAL_TYPE_MISMATCH"
	// ExternalArgumentMissing: an external field lacks an argument.
	ExternalArgumentMissing Code = "EXTERNAL_ARGUMENT_MISSING"
	// ExternalArgumentTypeMismatch: an external field's argument has another type.
	ExternalArgumentTypeMismatch Code = "EXTERNAL_ARGUMENT_TYPE_MISMATCH"
	// ExternalArgumentDefaultMismatch: an external field's argument has another default.
	ExternalArgumentDefaultMismatch Code = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"
	// ExternalCollisionWithAnotherDirective: @external beside a directive that contradicts it.
	ExternalCollisionWithAnotherDirective Code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
	// MergedDirectiveApplicationOnExternal: a directive that is merged stands on an external field.
	MergedDirectiveApplicationOnExternal Code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
	// ExtensionWithNoBase: a Federation 1 extension of a type that no subgraph defines.
	ExtensionWithNoBase Code = "EXTENSION_WITH_NO_BASE"
	// InvalidShareableUsage: @shareable where it may not be.
	InvalidShareableUsage Code = "INVALID_SHAREABLE_USAGE"
)

// Codes of merging.
const (
	// TypeKindMismatch: one name, different kinds.
	TypeKindMismatch Code = "TYPE_KIND_MISMATCH"
	// FieldTypeMismatch: a field's types cannot be merged.
	FieldTypeMismatch Code = "FIELD_TYPE_MISMATCH"
	// FieldArgumentTypeMismatch: an argument's types cannot be merged.
	FieldArgumentTypeMismatch Code = "FIELD_ARGUMENT_TYPE_MISMATCH"
	// FieldArgumentDefaultMismatch: an argument has different defaults.
	FieldArgumentDefaultMismatch Code = "FIELD_ARGUMENT_DEFAULT_MISMATCH"
	// InputFieldDefaultMismatch: an input field has different defaults.
	InputFieldDefaultMismatch Code = "INPUT_FIELD_DEFAULT_MISMATCH"
	// RequiredArgumentMissing: a mandatory argument is not in all subgraphs.
	RequiredArgumentMissing Code = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
	// RequiredInputFieldMissing: a mandatory input field is not in all subgraphs.
	RequiredInputFieldMissing Code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
	// EmptyMergedInputType: the subgraphs share no field of an input type.
	EmptyMergedInputType Code = "EMPTY_MERGED_INPUT_TYPE"
	// EmptyMergedEnumType: the subgraphs share no value of an enum that is an input.
	EmptyMergedEnumType Code = "EMPTY_MERGED_ENUM_TYPE"
	// EnumValueMismatch: an enum that is input and output is not the same everywhere.
	EnumValueMismatch Code = "ENUM_VALUE_MISMATCH"
	// InterfaceFieldNoImplem: after merging an implementing type lacks a field of its interface.
	InterfaceFieldNoImplem Code = "INTERFACE_FIELD_NO_IMPLEM"
	// InvalidFieldSharing: several subgraphs resolve a field that is not shareable in all of them.
	InvalidFieldSharing Code = "INVALID_FIELD_SHARING"
	// ShareableHasMismatchedRuntimeTypes: a shared field's possible types do not overlap.
	ShareableHasMismatchedRuntimeTypes Code = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
	// DirectiveCompositionError: a use of @composeDirective that cannot be honoured.
	DirectiveCompositionError Code = "DIRECTIVE_COMPOSITION_ERROR"
	// SatisfiabilityError: the subgraphs cannot answer a query that the merged API allows.
	SatisfiabilityError Code = "SATISFIABILITY_ERROR"
	// MaxValidationSubgraphPathsExceeded: whether all queries can be answered takes too long to find out.
	MaxValidationSubgraphPathsExceeded Code = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"
)

// Codes of @inaccessible.
const (
	// ReferencedInaccessible: a visible element refers to a hidden type.
	ReferencedInaccessible Code = "REFERENCED_INACCESSIBLE"
	// DefaultValueUsesInaccessible: a visible default holds a hidden element.
	DefaultValueUsesInaccessible Code = "DEFAULT_VALUE_USES_INACCESSIBLE"
	// QueryRootTypeInaccessible: the query root is hidden.
	QueryRootTypeInaccessible Code = "QUERY_ROOT_TYPE_INACCESSIBLE"
	// RequiredInaccessible: a mandatory argument or input field is hidden.
	RequiredInaccessible Code = "REQUIRED_INACCESSIBLE"
	// ImplementedByInaccessible: a hidden field implements a visible one.
	ImplementedByInaccessible Code = "IMPLEMENTED_BY_INACCESSIBLE"
	// DisallowedInaccessible: an element that may never be hidden.
	DisallowedInaccessible Code = "DISALLOWED_INACCESSIBLE"
	// OnlyInaccessibleChildren: a visible type has nothing visible.
	OnlyInaccessibleChildren Code = "ONLY_INACCESSIBLE_CHILDREN"
)

// Codes of @override, interface objects and authorisation.
const (
	// OverrideFromSelfError: a field overrides itself.
	OverrideFromSelfError Code = "OVERRIDE_FROM_SELF_ERROR"
	// OverrideSourceHasOverride: the overridden field overrides another.
	OverrideSourceHasOverride Code = "OVERRIDE_SOURCE_HAS_OVERRIDE"
	// OverrideCollisionWithAnotherDirective: @override beside @external, @provides or @requires.
	OverrideCollisionWithAnotherDirective Code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
	// OverrideOnInterface: @override on a field of an interface.
	OverrideOnInterface Code = "OVERRIDE_ON_INTERFACE"
	// OverrideLabelInvalid: the label is no name and no percentage.
	OverrideLabelInvalid Code = "OVERRIDE_LABEL_INVALID"
	// InterfaceObjectUsageError: @interfaceObject is misused.
	InterfaceObjectUsageError Code = "INTERFACE_OBJECT_USAGE_ERROR"
	// InterfaceKeyNotOnImplementation: an implementing type lacks its interface's key.
	InterfaceKeyNotOnImplementation Code = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
	// InterfaceKeyMissingImplementationType: a subgraph with the interface's key lacks an implementing type.
	InterfaceKeyMissingImplementationType Code = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
	// AuthRequirementsAppliedOnInterface: an auth directive on an interface or its field.
	AuthRequirementsAppliedOnInterface Code = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"
	// MissingTransitiveAuthRequirements: a field reads protected data without the same requirement.
	MissingTransitiveAuthRequirements Code = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
)

// Codes of @cost and @listSize.
const (
	// CostAppliedToInterfaceField: @cost on a field of an interface.
	CostAppliedToInterfaceField Code = "COST_APPLIED_TO_INTERFACE_FIELD"
	// ListSizeAppliedToNonList: @listSize on a field that is no list.
	ListSizeAppliedToNonList Code = "LIST_SIZE_APPLIED_TO_NON_LIST"
	// ListSizeInvalidAssumedSize: a negative size.
	ListSizeInvalidAssumedSize Code = "LIST_SIZE_INVALID_ASSUMED_SIZE"
	// ListSizeInvalidSlicingArgument: a slicing argument that does not exist or is no Int.
	ListSizeInvalidSlicingArgument Code = "LIST_SIZE_INVALID_SLICING_ARGUMENT"
	// ListSizeInvalidSizedField: a sized field that does not exist or is no list.
	ListSizeInvalidSizedField Code = "LIST_SIZE_INVALID_SIZED_FIELD"
)

// Codes of @cacheTag.
const (
	// CacheTagInvalidFormat: the braces of a format do not match.
	CacheTagInvalidFormat Code = "CACHE_TAG_INVALID_FORMAT"
	// CacheTagAppliedToNonRootField: a tag on a field that is not of Query.
	CacheTagAppliedToNonRootField Code = "CACHE_TAG_APPLIED_TO_NON_ROOT_FIELD"
	// CacheTagEntityNotResolvable: a tag on a type without a resolvable key.
	CacheTagEntityNotResolvable Code = "CACHE_TAG_ENTITY_NOT_RESOLVABLE"
	// CacheTagInvalidFormatArgumentOnRootField: a root field's tag holds what is not one of its arguments.
	CacheTagInvalidFormatArgumentOnRootField Code = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD"
	// CacheTagInvalidFormatArgumentOnEntity: an entity's tag holds what is not in all of its keys.
	CacheTagInvalidFormatArgumentOnEntity Code = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY"
)

// Codes of @context and @fromContext.
const (
	// ContextNotSet: a contextual argument stands where none can, or no type has its context.
	ContextNotSet Code = "CONTEXT_NOT_SET"
	// ContextInvalidSelection: what a contextual argument selects is not one value of its type.
	ContextInvalidSelection Code = "CONTEXT_INVALID_SELECTION"
	// NoContextInSelection: a contextual argument names no context.
	NoContextInSelection Code = "NO_CONTEXT_IN_SELECTION"
	// ContextNoResolvableKey: the type of a field with a contextual argument has no resolvable key.
	ContextNoResolvableKey Code = "CONTEXT_NO_RESOLVABLE_KEY"
	// ContextNameInvalid: the name of a context is not a name without underscores.
	ContextNameInvalid Code = "CONTEXT_NAME_INVALID"
	// ContextualArgumentNotContextualInAllSubgraphs: an argument is contextual in some subgraphs and
	// one that clients would have to pass in others.
	ContextualArgumentNotContextualInAllSubgraphs Code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
)

// Codes of contracts, weft's own.
const (
	// InvalidContract: a contract is empty, or names a tag twice or in both lists.
	InvalidContract Code = "INVALID_CONTRACT"
	// ContractUnknownTag: nothing has a tag of the contract, and something has one like it.
	ContractUnknownTag Code = "CONTRACT_UNKNOWN_TAG"
	// ContractUnusedTag: nothing has a tag of the contract.
	ContractUnusedTag Code = "CONTRACT_UNUSED_TAG"
)

// Codes of hints.
const (
	// InconsistentDefaultValuePresence: a default in some subgraphs only.
	InconsistentDefaultValuePresence Code = "INCONSISTENT_DEFAULT_VALUE_PRESENCE"
	// InconsistentInputObjectField: an input field that is dropped, as not every subgraph has it.
	InconsistentInputObjectField Code = "INCONSISTENT_INPUT_OBJECT_FIELD"
	// InconsistentEnumValueForInputEnum: a value that is dropped, as not every subgraph has it.
	InconsistentEnumValueForInputEnum Code = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"
	// InconsistentEnumValueForOutputEnum: a value that not every subgraph has.
	InconsistentEnumValueForOutputEnum Code = "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM"
	// InconsistentExecutableDirectivePresence: a directive that is dropped, as not every subgraph has it.
	InconsistentExecutableDirectivePresence Code = "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE"
	// NoExecutableDirectiveIntersection: a directive whose definitions share no location.
	NoExecutableDirectiveIntersection Code = "NO_EXECUTABLE_DIRECTIVE_INTERSECTION"
	// InconsistentExecutableDirectiveLocations: a directive with different locations.
	InconsistentExecutableDirectiveLocations Code = "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS"
	// InconsistentDescription: different descriptions of one element.
	InconsistentDescription Code = "INCONSISTENT_DESCRIPTION"
	// InconsistentArgumentPresence: an optional argument that is dropped, as not every subgraph has it.
	InconsistentArgumentPresence Code = "INCONSISTENT_ARGUMENT_PRESENCE"
	// FromSubgraphDoesNotExist: an @override from an unknown subgraph.
	FromSubgraphDoesNotExist Code = "FROM_SUBGRAPH_DOES_NOT_EXIST"
	// InconsistentNonRepeatableDirectiveArguments: one of several applications was chosen.
	InconsistentNonRepeatableDirectiveArguments Code = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	// MergedNonRepeatableDirectiveArguments: the arguments of several applications were merged.
	MergedNonRepeatableDirectiveArguments Code = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	// InconsistentRuntimeTypesForShareableReturn: a shared field has other possible types in some subgraphs.
	InconsistentRuntimeTypesForShareableReturn Code = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"
	// InconsistentButCompatibleFieldType: different types that could be merged.
	InconsistentButCompatibleFieldType Code = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
	// InconsistentButCompatibleArgumentType: different types of an argument that could be merged.
	InconsistentButCompatibleArgumentType Code = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE"
	// OverriddenFieldCanBeRemoved: a field that another subgraph has taken over.
	OverriddenFieldCanBeRemoved Code = "OVERRIDDEN_FIELD_CAN_BE_REMOVED"
	// OverrideDirectiveCanBeRemoved: an @override with nothing left to override.
	OverrideDirectiveCanBeRemoved Code = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"
	// OverrideMigrationInProgress: a progressive override.
	OverrideMigrationInProgress Code = "OVERRIDE_MIGRATION_IN_PROGRESS"
	// DirectiveCompositionWarn: a composed directive that another subgraph has and does not compose.
	DirectiveCompositionWarn Code = "DIRECTIVE_COMPOSITION_WARN"
	// DirectiveCompositionInfo: a @composeDirective that is not needed.
	DirectiveCompositionInfo Code = "DIRECTIVE_COMPOSITION_INFO"
	// InconsistentObjectValueTypeField: a field of a value type that not every subgraph has.
	InconsistentObjectValueTypeField Code = "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD"
	// InconsistentInterfaceValueTypeField: a field of an interface that not every subgraph has.
	InconsistentInterfaceValueTypeField Code = "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD"
	// InconsistentUnionMember: a member that not every subgraph has.
	InconsistentUnionMember Code = "INCONSISTENT_UNION_MEMBER"
	// InconsistentEntity: a type with a key in some subgraphs only.
	InconsistentEntity Code = "INCONSISTENT_ENTITY"
	// InconsistentExecutableDirectiveRepeatable: a directive that is repeatable in some subgraphs only.
	InconsistentExecutableDirectiveRepeatable Code = "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE"
	// InconsistentTypeSystemDirectiveRepeatable: a composed directive that is repeatable in some subgraphs only.
	InconsistentTypeSystemDirectiveRepeatable Code = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE"
	// InconsistentTypeSystemDirectiveLocations: a composed directive with different locations.
	InconsistentTypeSystemDirectiveLocations Code = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS"
	// ImplicitlyUpgradedFederationVersion: a linked feature needs a newer Federation than its subgraph links.
	ImplicitlyUpgradedFederationVersion Code = "IMPLICITLY_UPGRADED_FEDERATION_VERSION"
	// UnusedEnumType: an enum that is used nowhere.
	UnusedEnumType Code = "UNUSED_ENUM_TYPE"
	// NonNullFieldOnForeignEntity is weft's own: a field that cannot be null, added to an entity
	// that only other subgraphs return, takes data with it that does not come from its subgraph.
	NonNullFieldOnForeignEntity Code = "NON_NULL_FIELD_ON_FOREIGN_ENTITY"
)
