using System.CommandLine;
using System.CommandLine.Invocation;
using Aetherscale.Cli.Output;

namespace Aetherscale.Cli;

/// <summary>The program's entry: arguments in, exit code out.</summary>
internal static class CliApp
{
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, Surroundings around, CancellationToken interrupted)
    {
        using var terminal = new Terminal(around);
        try
        {
            return await InvokeAsync(args, around, terminal, interrupted);
        }
        catch (CliException e)
        {
            terminal.Fail(e.Message, e.Advice);
            return e.ExitCode;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (OutputClosedException)
        {
            // `aetherscale-cli list-vms | head -1`: the reader has what it wanted.
            return ExitCodes.Done;
        }
    }

    private static async Task<int> InvokeAsync(
        IReadOnlyList<string> args, Surroundings around, Terminal terminal, CancellationToken interrupted)
    {
        args = CommandFence.Set(args);
        var root = CliRoot.Of(around, terminal, args);
        var line = root.Parse(args, new ParserConfiguration
        {
            EnablePosixBundling = false,
            ResponseFileTokenReplacer = null, // an argument that begins with @ is that argument, not a file to read
        });
        if (line.Action is ParseErrorAction || line.Action is null)
        {
            throw UsageErrors.Describe(line);
        }

        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        var code = await line.InvokeAsync(configuration, interrupted);
        terminal.Flush();
        return code;
    }
}
