using System.Diagnostics;

namespace Aetherscale.Processes;

/// <summary>Starts programs. Nothing else in the daemon does, and no shell is ever between.</summary>
internal sealed class ProcessRunner
{
    /// <summary>Starts a program with pipes on its standard streams.</summary>
    /// <param name="program">An absolute path.</param>
    /// <param name="arguments">Passed one by one, never joined. None may hold NUL.</param>
    /// <param name="notice">The words on its stderr by which the program says that it is ready.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be executed.</exception>
#pragma warning disable CA1822 // An instance, so that who starts programs can be seen in the composition root.
    public PipedProcess Start(string program, IReadOnlyList<string> arguments, string notice)
#pragma warning restore CA1822
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
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
