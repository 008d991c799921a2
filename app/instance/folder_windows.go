package instance

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// networkKind asks for the drive's type: a letter mapped to a share looks local in
// its path.
func networkKind(dir string) (string, error) {
	if isUNC(dir) {
		return "UNC", nil
	}
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(dir) + `\`)
	if err != nil {
		return "", err
	}
	if windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return "SMB", nil
	}
	return "", nil
}

func freeSpace(dir string) (uint64, error) {
	p, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(p, &free, nil, nil)
	return free, err
}
