package diag

// Entry is what the catalogue says of one code.
type Entry struct {
	Code Code
	// Severity is the one that the code has when it is reported.
	Severity Severity
	// Topic is what the code is about, as a heading.
	Topic string
	// When says when the code occurs.
	When string
	// Own is set for warnings that only weft gives; other codes are shared with the composers of the
	// field.
	Own bool
}

// Explain returns what the catalogue says of a code; false for one that weft does not report.
func Explain(code Code) (Entry, bool) {
	for _, entry := range Catalogue() {
		if entry.Code == code {
			return entry, true
		}
	}
	return Entry{}, false
}

// Catalogue lists all codes that composition reports, by topic.
func Catalogue() []Entry {
	var out []Entry
	for _, topic := range topics {
		for _, entry := range topic.entries {
			entry.Topic = topic.name
			out = append(out, entry)
		}
	}
	return out
}

// topics is the one table of codes: "weft explain" and the documentation are made of it.
var topics = []struct {
	name    string
	entries []Entry
}{
	{"Schema, links and definitions", []Entry{
		{Code: InvalidGraphQL, When: "a subgraph, or the merged result, breaks a rule of plain GraphQL"},
		{Code: InvalidLinkDirectiveUsage, When: "an application of @link is malformed"},
		{Code: InvalidLinkIdentifier, When: "the URL of a @link is not that of a specification"},
		{Code: UnknownFederationLinkVersion, When: "the linked version of Federation does not exist"},
		{Code: UnknownLinkVersion, When: "the linked version of the link specification does not exist"},
		{Code: UnsupportedLinkedFeature, When: "a linked feature that we cannot honour"},
		{Code: LinkImportNameMismatch, When: "a composed directive has different names in different subgraphs"},
		{Code: DirectiveDefinitionInvalid, When: "a known directive is defined otherwise than its specification says"},
		{Code: TypeDefinitionInvalid, When: "a known type is defined otherwise than its specification says"},
		{Code: InvalidSubgraphName, When: "the name is missing, reserved or used twice"},
		{Code: RootQueryUsed, When: "a type called Query is not the query root"},
		{Code: RootMutationUsed, When: "a type called Mutation is not the mutation root"},
		{Code: RootSubscriptionUsed, When: "a type called Subscription is not the subscription root"},
		{Code: NoQueries, When: "no subgraph offers a query field"},
		{Code: InvalidFederationSupergraph, When: "a file was to be loaded as a supergraph and is none: it does not link the join specification, or names subgraphs and types that it does not have"},
	}},
	{"@key, @requires, @provides and @external", []Entry{
		{Code: KeyInvalidFieldsType, When: "\"fields\" of @key is no string"},
		{Code: RequiresInvalidFieldsType, When: "\"fields\" of @requires is no string"},
		{Code: ProvidesInvalidFieldsType, When: "\"fields\" of @provides is no string"},
		{Code: KeyInvalidFields, When: "\"fields\" of @key does not parse or names unknown fields"},
		{Code: RequiresInvalidFields, When: "\"fields\" of @requires does not parse or names unknown fields"},
		{Code: ProvidesInvalidFields, When: "\"fields\" of @provides does not parse or names unknown fields"},
		{Code: KeyDirectiveInFieldsArg, When: "a directive stands in the field set of @key"},
		{Code: RequiresDirectiveInFieldsArg, When: "a directive stands in the field set of @requires"},
		{Code: ProvidesDirectiveInFieldsArg, When: "a directive stands in the field set of @provides"},
		{Code: KeyFieldsHasArgs, When: "a @key selects a field with arguments"},
		{Code: ProvidesFieldsHasArgs, When: "a @provides selects a field with arguments"},
		{Code: KeyFieldsSelectInvalidType, When: "a @key selects an interface or union"},
		{Code: KeyUnsupportedOnInterface, When: "@key on an interface before Federation 2.3"},
		{Code: RequiresUnsupportedOnInterface, When: "@requires on a field of an interface"},
		{Code: ProvidesUnsupportedOnInterface, When: "@provides on a field of an interface"},
		{Code: ProvidesOnNonObjectField, When: "@provides on a field that returns a leaf"},
		{Code: RequiresFieldsMissingExternal, When: "a @requires selects a field that is not external"},
		{Code: ProvidesFieldsMissingExternal, When: "a @provides selects a field that is not external"},
		{Code: ExternalUnused, When: "an external field that nothing needs"},
		{Code: ExternalOnInterface, When: "@external on a field of an interface"},
		{Code: TypeWithOnlyUnusedExternal, When: "a Federation 1 type has nothing but external fields that nothing needs"},
		{Code: ExternalMissingOnBase, When: "a field is external everywhere and resolved nowhere"},
		{Code: ExternalTypeMismatch, When: "an external field's type contradicts the one that is resolved"},
		{Code: ExternalArgumentMissing, When: "an external field lacks an argument"},
		{Code: ExternalArgumentTypeMismatch, When: "an external field's argument has another type"},
		{Code: ExternalArgumentDefaultMismatch, When: "an external field's argument has another default"},
		{Code: ExternalCollisionWithAnotherDirective, When: "@external beside a directive that contradicts it"},
		{Code: MergedDirectiveApplicationOnExternal, When: "a directive that is merged stands on an external field"},
		{Code: ExtensionWithNoBase, When: "a Federation 1 extension of a type that no subgraph defines"},
		{Code: InvalidShareableUsage, When: "@shareable where it may not be"},
	}},
	{"Merging", []Entry{
		{Code: TypeKindMismatch, When: "one name, different kinds"},
		{Code: FieldTypeMismatch, When: "a field's types cannot be merged"},
		{Code: FieldArgumentTypeMismatch, When: "an argument's types cannot be merged"},
		{Code: FieldArgumentDefaultMismatch, When: "an argument has different defaults"},
		{Code: InputFieldDefaultMismatch, When: "an input field has different defaults"},
		{Code: RequiredArgumentMissing, When: "a mandatory argument is not in all subgraphs"},
		{Code: RequiredInputFieldMissing, When: "a mandatory input field is not in all subgraphs"},
		{Code: EmptyMergedInputType, When: "the subgraphs share no field of an input type"},
		{Code: EmptyMergedEnumType, When: "the subgraphs share no value of an enum that is an input"},
		{Code: EnumValueMismatch, When: "an enum that is input and output is not the same everywhere"},
		{Code: InterfaceFieldNoImplem, When: "after merging an implementing type lacks a field of its interface"},
		{Code: InvalidFieldSharing, When: "several subgraphs resolve a field that is not shareable in all of them"},
		{Code: ShareableHasMismatchedRuntimeTypes, When: "a shared field's possible types do not overlap"},
		{Code: DirectiveCompositionError, When: "a use of @composeDirective that cannot be honoured"},
		{Code: SatisfiabilityError, When: "the subgraphs cannot answer a query that the merged API allows"},
		{Code: MaxValidationSubgraphPathsExceeded, When: "whether the subgraphs can answer every query takes more steps to find out than are made, as for a field that many override labels decide together"},
	}},
	{"@inaccessible", []Entry{
		{Code: ReferencedInaccessible, When: "a visible element refers to a hidden type"},
		{Code: DefaultValueUsesInaccessible, When: "a visible default holds a hidden element"},
		{Code: QueryRootTypeInaccessible, When: "the query root is hidden"},
		{Code: RequiredInaccessible, When: "a mandatory argument or input field is hidden"},
		{Code: ImplementedByInaccessible, When: "a hidden field implements a visible one"},
		{Code: DisallowedInaccessible, When: "an element that may never be hidden"},
		{Code: OnlyInaccessibleChildren, When: "a visible type has nothing visible"},
	}},
	{"@override, interface objects and authorisation", []Entry{
		{Code: OverrideFromSelfError, When: "a field overrides itself"},
		{Code: OverrideSourceHasOverride, When: "the overridden field overrides another"},
		{Code: OverrideCollisionWithAnotherDirective, When: "@override beside @external, @provides or @requires"},
		{Code: OverrideOnInterface, When: "@override on a field of an interface"},
		{Code: OverrideLabelInvalid, When: "the label is no name and no percentage"},
		{Code: InterfaceObjectUsageError, When: "@interfaceObject is misused"},
		{Code: InterfaceKeyNotOnImplementation, When: "an implementing type lacks its interface's key"},
		{Code: InterfaceKeyMissingImplementationType, When: "a subgraph with the interface's key lacks an implementing type"},
		{Code: AuthRequirementsAppliedOnInterface, When: "an auth directive on an interface or its field"},
		{Code: MissingTransitiveAuthRequirements, When: "a field reads protected data without the same requirement"},
	}},
	{"@cost and @listSize", []Entry{
		{Code: CostAppliedToInterfaceField, When: "@cost on a field of an interface"},
		{Code: ListSizeAppliedToNonList, When: "@listSize on a field that is no list"},
		{Code: ListSizeInvalidAssumedSize, When: "a negative size"},
		{Code: ListSizeInvalidSlicingArgument, When: "a slicing argument that does not exist or is no Int"},
		{Code: ListSizeInvalidSizedField, When: "a sized field that does not exist or is no list"},
	}},
	{"@cacheTag", []Entry{
		{Code: CacheTagInvalidFormat, Severity: Warn, When: "the braces of a format do not match", Own: true},
		{Code: CacheTagAppliedToNonRootField, Severity: Warn, When: "a tag on a field that is not of Query", Own: true},
		{Code: CacheTagEntityNotResolvable, Severity: Warn, When: "a tag on a type without a resolvable key", Own: true},
		{Code: CacheTagInvalidFormatArgumentOnRootField, Severity: Warn, When: "a root field's tag holds what is not one of its arguments", Own: true},
		{Code: CacheTagInvalidFormatArgumentOnEntity, Severity: Warn, When: "an entity's tag holds what is not in all of its keys", Own: true},
	}},
	{"@context and @fromContext", []Entry{
		{Code: ContextNotSet, When: "a contextual argument stands where none can, or no type has its context"},
		{Code: ContextInvalidSelection, When: "what a contextual argument selects is not one value of its type"},
		{Code: NoContextInSelection, When: "a contextual argument names no context"},
		{Code: ContextNoResolvableKey, When: "the type of a field with a contextual argument has no resolvable key"},
		{Code: ContextNameInvalid, When: "the name of a context is not a name without underscores"},
		{Code: ContextualArgumentNotContextualInAllSubgraphs, When: "an argument is contextual in some subgraphs and one that clients would have to pass in others"},
	}},
	{"Contracts", []Entry{
		{Code: InvalidContract, When: "a contract is empty, or names a tag twice or both to include and to exclude", Own: true},
		{Code: ContractUnknownTag, When: "nothing in the graph has a tag of the contract, and something has one that is written almost alike", Own: true},
		{Code: ContractUnusedTag, Severity: Warn, When: "nothing in the graph has a tag of the contract", Own: true},
	}},
	{"Hints", []Entry{
		{Code: InconsistentDefaultValuePresence, Severity: Warn, When: "a default in some subgraphs only"},
		{Code: InconsistentInputObjectField, Severity: Warn, When: "an input field that is dropped, as not every subgraph has it"},
		{Code: InconsistentEnumValueForInputEnum, Severity: Warn, When: "a value that is dropped, as not every subgraph has it"},
		{Code: InconsistentEnumValueForOutputEnum, Severity: Debug, When: "a value that not every subgraph has"},
		{Code: InconsistentExecutableDirectivePresence, Severity: Warn, When: "a directive that is dropped, as not every subgraph has it"},
		{Code: NoExecutableDirectiveIntersection, Severity: Warn, When: "a directive whose definitions share no location"},
		{Code: InconsistentExecutableDirectiveLocations, Severity: Warn, When: "a directive with different locations"},
		{Code: InconsistentDescription, Severity: Warn, When: "different descriptions of one element"},
		{Code: InconsistentArgumentPresence, Severity: Warn, When: "an optional argument that is dropped, as not every subgraph has it"},
		{Code: FromSubgraphDoesNotExist, Severity: Warn, When: "an @override from an unknown subgraph"},
		{Code: InconsistentNonRepeatableDirectiveArguments, Severity: Warn, When: "one of several applications was chosen"},
		{Code: MergedNonRepeatableDirectiveArguments, Severity: Info, When: "the arguments of several applications were merged"},
		{Code: InconsistentRuntimeTypesForShareableReturn, Severity: Warn, When: "a shared field has other possible types in some subgraphs"},
		{Code: InconsistentButCompatibleFieldType, Severity: Info, When: "different types that could be merged"},
		{Code: InconsistentButCompatibleArgumentType, Severity: Info, When: "different types of an argument that could be merged"},
		{Code: OverriddenFieldCanBeRemoved, Severity: Info, When: "a field that another subgraph has taken over"},
		{Code: OverrideDirectiveCanBeRemoved, Severity: Info, When: "an @override with nothing left to override"},
		{Code: OverrideMigrationInProgress, Severity: Info, When: "a progressive override"},
		{Code: DirectiveCompositionWarn, Severity: Warn, When: "a composed directive that another subgraph has and does not compose"},
		{Code: DirectiveCompositionInfo, Severity: Info, When: "a @composeDirective that is not needed"},
		{Code: InconsistentObjectValueTypeField, Severity: Debug, When: "a field of a value type that not every subgraph has"},
		{Code: InconsistentInterfaceValueTypeField, Severity: Debug, When: "a field of an interface that not every subgraph has"},
		{Code: InconsistentUnionMember, Severity: Debug, When: "a member that not every subgraph has"},
		{Code: InconsistentEntity, Severity: Info, When: "a type with a key in some subgraphs only"},
		{Code: InconsistentExecutableDirectiveRepeatable, Severity: Warn, When: "a directive that is repeatable in some subgraphs only"},
		{Code: InconsistentTypeSystemDirectiveRepeatable, Severity: Debug, When: "a composed directive that is repeatable in some subgraphs only"},
		{Code: InconsistentTypeSystemDirectiveLocations, Severity: Debug, When: "a composed directive with different locations"},
		{Code: ImplicitlyUpgradedFederationVersion, Severity: Info, When: "a linked feature needs a newer Federation than its subgraph links"},
		{Code: UnusedEnumType, Severity: Debug, When: "an enum that is used nowhere"},
		{Code: NonNullFieldOnForeignEntity, Severity: Info, When: "a field that cannot be null, added to an entity that only other subgraphs return, takes data with it that does not come from its subgraph", Own: true},
	}},
}
