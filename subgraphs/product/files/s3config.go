package files

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/minio/minio-go/v7/pkg/s3utils"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
)

// BucketConfig says where a Bucket is, and whose it is.
type BucketConfig struct {
	// Endpoint is FILES_S3_ENDPOINT, the server's http or https URL without a path.
	Endpoint string
	// Name is FILES_S3_BUCKET, Region FILES_S3_REGION.
	Name, Region string
	// AccessKey is FILES_S3_ACCESS_KEY, SecretKey FILES_S3_SECRET_KEY.
	AccessKey, SecretKey string
	// Prefix is FILES_S3_PREFIX, which stands before each id: empty, or folders such as "shop/files/".
	Prefix string
}

// ConfigureBucket reads a BucketConfig from the environment; nil if no variable of it is set, and files stay on disk.
func ConfigureBucket(environment *boot.Environment) *BucketConfig {
	config := &BucketConfig{Prefix: environment.Text("FILES_S3_PREFIX", "")}
	needed := []struct {
		name, expects string
		value         *string
		check         func(string) error
	}{
		{"FILES_S3_ENDPOINT", "the http or https URL of the storage", &config.Endpoint, checkEndpoint},
		{"FILES_S3_BUCKET", "the name of a bucket", &config.Name, s3utils.CheckValidBucketNameStrict},
		{"FILES_S3_REGION", "the region of the bucket, us-east-1 where there are none", &config.Region, nil},
		{"FILES_S3_ACCESS_KEY", "the id of the key for the storage", &config.AccessKey, nil},
		{"FILES_S3_SECRET_KEY", "the key for the storage", &config.SecretKey, nil},
	}
	isSet := config.Prefix != ""
	for _, n := range needed {
		*n.value = environment.Text(n.name, "")
		isSet = isSet || *n.value != ""
	}
	if !isSet {
		return nil
	}
	for _, n := range needed {
		switch {
		case *n.value == "":
			environment.Check(n.name, fmt.Errorf("it is empty, and other FILES_S3_ variables are not; expected %s", n.expects))
		case n.check != nil:
			environment.Check(n.name, n.check(*n.value))
		}
	}
	environment.Check("FILES_S3_PREFIX", checkPrefix(config.Prefix))
	return config
}

func checkEndpoint(text string) error {
	endpoint, err := url.Parse(text)
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" ||
		strings.Trim(endpoint.Path, "/") != "" || endpoint.User != nil || endpoint.RawQuery != "" || endpoint.Fragment != "" {
		return errors.New("expected the http or https URL of the storage, with nothing behind the host and the port")
	}
	return nil
}

var folders = regexp.MustCompile(`^([A-Za-z0-9_-]+/)*$`)

func checkPrefix(text string) error {
	if len(text) > 256 || !folders.MatchString(text) {
		return fmt.Errorf("%.64q: expected folders such as shop/files/, each with its slash", text)
	}
	return nil
}
