using System.Diagnostics;

namespace Aetherscale.Processes;

/// <summary>Starts programs. Nothing else in the daemon does, and no shell is ever between.</summary>
/// <param name="user">The user, and group of the same name, as whom they run; null for our own. A daemon that is root starts none as root.</param>
internal sealed class ProcessRunner(string? user = null)
{
    private const string SetPrivileges = "/usr/bin/setpriv";

    /// <summary>Starts a program with pipes on its standard streams.</summary>
    /// <param name="program">An absolute path.</param>
    /// <param name="arguments">Passed one by one, never joined. None may hold NUL.</param>
    /// <param name="notice">The words on its stderr by which the program says that it is ready.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be executed.</exception>
    public PipedProcess Start(string program, IReadOnlyList<string> arguments, string notice)
    {
        IReadOnlyList<string> argv = user is null
            ? [program, .. arguments]
            : [SetPrivileges, "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--", program, .. arguments];
        var start = new ProcessStartInfo(argv[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in argv.Skip(1))
        {
            // .NET would silently cut the argument there.
            if (argument.Contains('\0'))
            {
                throw new ArgumentException("An argument holds NUL.", nameof(arguments));
            }

            start.ArgumentList.Add(argument);
        }

#pragma warning disable RS0030 // This is the one place.
        return new PipedProcess(Process.Start(start)!, notice);
#pragma warning restore RS0030
    }
}
