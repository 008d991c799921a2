package blob

import "os"

// syncOpen does nothing: Windows has no sync of a folder, and NTFS journals names.
func syncOpen(*os.File) error { return nil }
