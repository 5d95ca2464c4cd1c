using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Aetherscale.Cli;

/// <summary>Other programs in our place.</summary>
internal static partial class ProgramImage
{
    /// <summary>The program of that name on the PATH; null when there is none.</summary>
    public static string? Find(string name, string? searchPath) => (searchPath ?? "/usr/local/bin:/usr/bin:/bin")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Join(folder, name))
        .FirstOrDefault(path => File.Exists(path) && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0);

    /// <summary>Becomes another program: terminal, signals and exit code are its own (execv(3)).</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <returns>Never, unless that fails.</returns>
    /// <exception cref="CliException">It cannot be run.</exception>
    public static int Become(string path, IReadOnlyList<string> arguments)
    {
        _ = Execute(path, [path, .. arguments, null]);
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        throw new CliException(ExitCodes.Refused, $"{path} cannot be run: {error.Message}");
    }

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Execute(string path, string?[] arguments);
}
