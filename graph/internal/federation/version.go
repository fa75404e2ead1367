package federation

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is the version of a specification, as in "v2.9".
type Version struct{ Major, Minor int }

// String prints the version as in a URL: "v2.9".
func (v Version) String() string { return fmt.Sprintf("v%d.%d", v.Major, v.Minor) }

// Less reports whether v comes before other.
func (v Version) Less(other Version) bool {
	return v.Major < other.Major || v.Major == other.Major && v.Minor < other.Minor
}

// AtLeast reports whether v is other or comes after it.
func (v Version) AtLeast(other Version) bool { return !v.Less(other) }

// The range of Federation versions that we know.
var (
	Fed1      = Version{1, 0}
	FirstFed2 = Version{2, 0}
	LastFed2  = Version{2, 15}
)

// parseVersion reads "v2.9".
func parseVersion(text string) (Version, bool) {
	major, minor, ok := strings.Cut(strings.TrimPrefix(text, "v"), ".")
	if !ok || !strings.HasPrefix(text, "v") {
		return Version{}, false
	}
	a, errMajor := strconv.ParseUint(major, 10, 16)
	b, errMinor := strconv.ParseUint(minor, 10, 16)
	return Version{int(a), int(b)}, errMajor == nil && errMinor == nil
}
