package instance

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Magic numbers of statfs(2) for file systems that another machine serves. Those
// that golang.org/x/sys/unix does not name are from linux/magic.h and the sources
// of the drivers.
var networkMagic = map[uint32]string{
	unix.NFS_SUPER_MAGIC:   "NFS",
	unix.SMB_SUPER_MAGIC:   "SMB",
	unix.CIFS_SUPER_MAGIC:  "SMB",
	unix.SMB2_SUPER_MAGIC:  "SMB",
	unix.V9FS_MAGIC:        "9P",
	unix.AFS_SUPER_MAGIC:   "AFS",
	unix.AFS_FS_MAGIC:      "AFS",
	unix.CODA_SUPER_MAGIC:  "Coda",
	unix.NCP_SUPER_MAGIC:   "NCP",
	unix.CEPH_SUPER_MAGIC:  "Ceph",
	unix.OCFS2_SUPER_MAGIC: "OCFS2",
	0x01161970:             "GFS2",
	0x0BD00BD0:             "Lustre",
	0x786F4256:             "VirtualBox", // shared folder of the host
	0xBACBACBC:             "VMware",     // shared folder of the host
}

// localFUSE names the FUSE types that keep their files on this machine. All others
// (sshfs, rclone, davfs, s3fs, gvfs, …) are taken for remote: refusing one local
// type too many costs a setting, accepting one remote type costs the database.
var localFUSE = []string{"fuseblk", "fuse.ntfs-3g", "fuse.exfat", "fuse.bindfs", "fuse.gocryptfs",
	"fuse.encfs", "fuse.cryfs", "fuse.mergerfs", "fuse.fuse-overlayfs", "fuse.unionfs", "fuse.zfs-fuse"}

func networkKind(dir string) (string, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return "", err
	}
	magic := uint32(fs.Type)
	if magic != unix.FUSE_SUPER_MAGIC {
		return networkMagic[magic], nil
	}
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return "", err
	}
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	defer f.Close()
	return fuseKind(f, unix.Major(st.Dev), unix.Minor(st.Dev))
}

// fuseKind finds the mount of a device in mountinfo (proc_pid_mountinfo(5)): the
// third field is major:minor, the type follows the " - " mark.
func fuseKind(mountinfo io.Reader, major, minor uint32) (string, error) {
	want := fmt.Sprintf("%d:%d", major, minor)
	lines := bufio.NewScanner(mountinfo)
	for lines.Scan() {
		before, after, ok := strings.Cut(lines.Text(), " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if !ok || len(left) < 3 || len(right) < 1 || left[2] != want {
			continue
		}
		if slices.Contains(localFUSE, right[0]) {
			return "", nil
		}
		return right[0], nil
	}
	return "FUSE", lines.Err()
}

func freeSpace(dir string) (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return fs.Bavail * uint64(fs.Bsize), nil
}
