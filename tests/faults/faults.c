/* faults ARM REPORT FOLDERS PROGRAM [ARGUMENT]...
 *
 * Runs a program and counts the system calls of all its threads by which it changes something: files below one of the FOLDERS
 * (paths with a colon between) but for VMs' histories, and messages to systemd. strace can only count for each thread by itself.
 *
 * It counts while the file ARM stands, anew whenever that appears. ARM holds "NUMBER ACTION [TEXT]":
 *   the NUMBERth of the calls whose line in REPORT holds TEXT (0: none) does not happen; for the ACTION
 *   "kill" the program is killed instead, and an errno, such as "5", is what the call returns.
 * ARM is removed when that is done; the calls that follow are reported still. REPORT takes a line for each call that was counted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct { int number; const char *name; } calls[] = {
    {SYS_open, "open"}, {SYS_openat, "open"}, {SYS_openat2, "open"}, {SYS_creat, "open"}, {SYS_rename, "rename"}, {SYS_renameat, "rename"},
    {SYS_renameat2, "rename"}, {SYS_fsync, "fsync"}, {SYS_fdatasync, "fsync"}, {SYS_unlink, "unlink"}, {SYS_unlinkat, "unlink"},
    {SYS_rmdir, "rmdir"}, {SYS_mkdir, "mkdir"}, {SYS_mkdirat, "mkdir"}, {SYS_link, "link"}, {SYS_linkat, "link"},
    {SYS_symlink, "symlink"}, {SYS_symlinkat, "symlink"}, {SYS_write, "write"}, {SYS_writev, "write"}, {SYS_pwrite64, "write"},
    {SYS_pwritev, "write"}, {SYS_ftruncate, "truncate"}, {SYS_fallocate, "truncate"}, {SYS_fchmod, "chmod"}, {SYS_chmod, "chmod"},
    {SYS_sendmsg, "send"}, {SYS_sendto, "send"},
};
enum { CALLS = sizeof calls / sizeof *calls };

static char *folders[8];
static int folder_count;

static void fail(const char *what) { perror(what); exit(126); }

/* In the child: have the kernel tell the tracer of these calls alone. */
static void install_filter(void)
{
    struct sock_filter filter[CALLS + 5];
    int n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < CALLS; i++)
        filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, CALLS - i, 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    struct sock_fprog program = {n, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) fail("seccomp");
}

static void read_text(pid_t thread, unsigned long address, char *text)
{
    struct iovec here = {text, PATH_MAX - 1};
    text[0] = 0;
    for (long size = PATH_MAX - 1; size > 0; size /= 2) { /* the string may end right before a page that is not there */
        struct iovec there = {(void *)address, size};
        here.iov_len = size;
        long got = process_vm_readv(thread, &here, 1, &there, 1, 0);
        if (got > 0) { text[got] = 0; return; }
    }
}

static void path_of_descriptor(pid_t process, int descriptor, char *text)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/fd/%d", process, descriptor);
    ssize_t length = readlink(link, text, PATH_MAX - 1);
    text[length > 0 ? length : 0] = 0;
}

static int is_ours(const char *path)
{
    if (strstr(path, "/history.jsonl")) return 0; /* written beside the commands, at any time: no step of theirs */
    for (int i = 0; i < folder_count; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0) return 1;
    return 0;
}

static int is_systemds(pid_t process, int descriptor)
{
    struct sockaddr_un peer = {0};
    socklen_t length = sizeof peer;
    int handle = syscall(SYS_pidfd_open, process, 0);
    int copy = syscall(SYS_pidfd_getfd, handle, descriptor, 0);
    int known = copy >= 0 && getpeername(copy, (struct sockaddr *)&peer, &length) == 0 && peer.sun_family == AF_UNIX
        && (strstr(peer.sun_path, "/systemd/private") || strstr(peer.sun_path, "/bus"));
    if (copy >= 0) close(copy);
    if (handle >= 0) close(handle);
    return known;
}

/* What the call changes: a path, or "systemd"; 0 when it is none that counts. */
static int what_it_changes(pid_t process, pid_t thread, const struct user_regs_struct *r, char *text)
{
    char other[PATH_MAX];
    int flags;
    switch (r->orig_rax) {
    case SYS_open: case SYS_creat: case SYS_openat:
        flags = r->orig_rax == SYS_openat ? r->rdx : r->orig_rax == SYS_creat ? O_CREAT : r->rsi;
        if ((flags & O_ACCMODE) == O_RDONLY && !(flags & (O_CREAT | O_TRUNC))) return 0;
        read_text(thread, r->orig_rax == SYS_openat ? r->rsi : r->rdi, text);
        if (!is_ours(text)) return 0;
        strcat(text, flags & O_EXCL ? " exclusive" : "");
        return 1;
    case SYS_openat2: {
        struct open_how how = {0};
        struct iovec here = {&how, sizeof how}, there = {(void *)r->rdx, sizeof how};
        if (process_vm_readv(thread, &here, 1, &there, 1, 0) != sizeof how) return 0;
        if ((how.flags & O_ACCMODE) == O_RDONLY && !(how.flags & (O_CREAT | O_TRUNC))) return 0;
        path_of_descriptor(process, r->rdi, text);
        read_text(thread, r->rsi, other);
        if (!is_ours(strncat(strcat(text, "/"), other, PATH_MAX))) return 0;
        strcat(text, how.flags & O_EXCL ? " exclusive" : "");
        return 1;
    }
    case SYS_rename: case SYS_link: case SYS_symlink:
        read_text(thread, r->rsi, text);
        read_text(thread, r->rdi, other);
        break;
    case SYS_renameat: case SYS_renameat2: case SYS_linkat:
        read_text(thread, r->r10, text);
        read_text(thread, r->rsi, other);
        break;
    case SYS_symlinkat:
        read_text(thread, r->rdx, text);
        read_text(thread, r->rdi, other);
        break;
    case SYS_unlink: case SYS_rmdir: case SYS_mkdir: case SYS_chmod:
        read_text(thread, r->rdi, text);
        return is_ours(text);
    case SYS_unlinkat: case SYS_mkdirat:
        read_text(thread, r->rsi, text);
        return is_ours(text);
    case SYS_sendmsg: case SYS_sendto:
        strcpy(text, "systemd");
        return is_systemds(process, r->rdi);
    default:
        path_of_descriptor(process, r->rdi, text);
        return is_ours(text);
    }
    if (!is_ours(text)) return 0;
    strcat(strcat(text, " from "), other);
    return 1;
}

static const char *name_of(long number)
{
    for (int i = 0; i < CALLS; i++)
        if (calls[i].number == number) return calls[i].name;
    return "?";
}

static const char *arm_file;
static FILE *report;
static long counted, wanted;
static int error_number; /* 0: kill */
static int is_done;      /* and what follows is only reported */
static char pattern[256];
static struct timespec armed_since;

/* Whether calls are counted now; reads ARM anew when it is another one. */
static int is_armed(void)
{
    struct stat now;
    if (stat(arm_file, &now)) { armed_since.tv_sec = 0; return 0; }
    if (now.st_ctim.tv_sec != armed_since.tv_sec || now.st_ctim.tv_nsec != armed_since.tv_nsec) {
        char action[16] = "";
        FILE *file = fopen(arm_file, "r");
        if (!file) return 0;
        pattern[0] = 0;
        if (fscanf(file, "%ld %15s %255[^\n]", &wanted, action, pattern) < 2) { fclose(file); return 0; }
        fclose(file);
        error_number = atoi(action);
        counted = 0;
        is_done = 0;
        armed_since = now.st_ctim;
    }
    return 1;
}

static void at_call(pid_t process, pid_t thread)
{
    static char text[3 * PATH_MAX], line[4 * PATH_MAX];
    struct user_regs_struct registers;
    if ((!is_armed() && !is_done) || ptrace(PTRACE_GETREGS, thread, 0, &registers) || !what_it_changes(process, thread, &registers, text)) return;
    snprintf(line, sizeof line, "%s %s", name_of(registers.orig_rax), text);
    if (!is_done && !strstr(line, pattern)) return;
    int now = ++counted == wanted && !is_done;
    fprintf(report, "%ld %s%s\n", counted, line, now ? " !" : "");
    fflush(report);
    if (!now) return;
    unlink(arm_file);
    is_done = 1;
    if (error_number == 0) { kill(process, SIGKILL); return; }
    registers.orig_rax = -1;
    registers.rax = -error_number;
    ptrace(PTRACE_SETREGS, thread, 0, &registers);
}

int main(int count, char **arguments)
{
    if (count < 5) { fputs("usage: faults ARM REPORT FOLDERS PROGRAM [ARGUMENT]...\n", stderr); return 2; }
    arm_file = arguments[1];
    for (char *part = strtok(arguments[3], ":"); part && folder_count < 8; part = strtok(0, ":")) folders[folder_count++] = part;
    if (!(report = fopen(arguments[2], "ae"))) fail(arguments[2]);
    pid_t process = fork();
    if (process == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        install_filter();
        execv(arguments[4], arguments + 4);
        fail(arguments[4]);
    }
    int status, last = 0;
    waitpid(process, &status, 0);
    ptrace(PTRACE_SETOPTIONS, process, 0,
        PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP);
    ptrace(PTRACE_CONT, process, 0, 0);
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR;) {
        if (thread <= 0) continue;
        if (!WIFSTOPPED(status)) {
            if (thread == process) last = status;
            continue;
        }
        int signal = 0, event = status >> 16;
        if (event == PTRACE_EVENT_SECCOMP) at_call(process, thread);
        else if (event == 0 && WSTOPSIG(status) != SIGSTOP) signal = WSTOPSIG(status);
        ptrace(PTRACE_CONT, thread, 0, signal);
    }
    return WIFSIGNALED(last) ? 128 + WTERMSIG(last) : WEXITSTATUS(last);
}
