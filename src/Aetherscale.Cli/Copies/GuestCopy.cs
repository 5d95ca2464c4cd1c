using System.Globalization;
using System.Text;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Copies;

/// <summary>Copies a file in pieces, each by a small program of the guest's. No name is ever part of a shell's line.</summary>
internal sealed class GuestCopy(Session session, ITransport transport, GuestFile file, ImportDisplay display)
{
    private const int PieceBytes = 384 * 1024;
    private const int BlocksInPiece = 16;
    private const int BlockBytes = 64 * 1024;
    private const string Dash = "-";

    /// <summary>What is shown while it is under way.</summary>
    private const string Stage = "copying";

    /// <summary>Into the guest, under another name until it is whole.</summary>
    /// <exception cref="CliException">Either side cannot.</exception>
    public async Task PutAsync(string from, CancellationToken cancel)
    {
        var aside = $"{file.Path}.{session.Around.NewRequestId()}";
        await using var source = await OpenAsync(from, () => from == Dash ? session.Around.Input : File.OpenRead(from), cancel);
        long? total = source.CanSeek ? source.Length : null;
        var done = 0L;
        var piece = new byte[PieceBytes];
        var line = "cat >\"$1\"";
        try
        {
            while (true)
            {
                var length = await source.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancel).AsTask().WaitAsync(cancel);
                await RunAsync(line, [aside], piece.AsMemory(0, length), cancel);
                line = "cat >>\"$1\"";
                display.Show(new ImportProgress { Stage = Stage, Bytes = done += length, Total = total });
                if (length < piece.Length)
                {
                    break;
                }
            }

            await RunAsync("if [ -d \"$2\" ]; then echo \"$2 is a folder\" >&2; exit 1; fi; mv -f \"$1\" \"$2\"", [aside, file.Path], default, cancel);
        }
        catch (Exception error) when (error is CliException or OperationCanceledException)
        {
            await ForgetAsync(aside);
            throw;
        }
    }

    /// <summary>Out of the guest.</summary>
    /// <exception cref="CliException">Either side cannot.</exception>
    public async Task GetAsync(string to, CancellationToken cancel)
    {
        var aside = to == Dash ? null : $"{to}.{session.Around.NewRequestId()}";
        var total = display.IsSilent ? null : await SizeAsync(cancel);
        var done = 0L;
        try
        {
            await using (var target = await OpenAsync(to, () => aside is null ? session.Around.Output : File.Create(aside), cancel))
            {
                for (var block = 0L; ; block += BlocksInPiece)
                {
                    var piece = await RunAsync(
                        "[ -f \"$1\" ] || { echo \"$1 is no file\" >&2; exit 1; }; exec dd if=\"$1\" bs=65536 count=16 skip=\"$2\" 2>/dev/null",
                        [file.Path, block.ToString(CultureInfo.InvariantCulture)],
                        default,
                        cancel);
                    await target.WriteAsync(piece, cancel);
                    display.Show(new ImportProgress { Stage = Stage, Bytes = done += piece.Length, Total = total });
                    if (piece.Length < BlocksInPiece * BlockBytes)
                    {
                        break;
                    }
                }
            }

            if (aside is not null)
            {
                File.Move(aside, to, overwrite: true);
            }
        }
        catch (IOException error)
        {
            throw new CliException(ExitCodes.Refused, $"{to} cannot be written: {error.Message}");
        }
        finally
        {
            if (aside is not null)
            {
                File.Delete(aside);
            }
        }
    }

    /// <summary>A pipe opens when its other end does.</summary>
    private static async Task<Stream> OpenAsync(string path, Func<Stream> open, CancellationToken cancel)
    {
        try
        {
            return await Task.Run(open, cancel).WaitAsync(cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var why = Directory.Exists(path) ? "it is a folder; for folders there is scp -r, with ssh-config" : FileFailure.Of(error);
            throw new CliException(ExitCodes.Refused, $"{path} cannot be opened: {why}");
        }
    }

    /// <returns>What it printed.</returns>
    private async Task<ReadOnlyMemory<byte>> RunAsync(string line, string[] arguments, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        var options = new ExecVmOptions { VmId = file.Vm, Command = ["/bin/sh", "-c", line, "sh", .. arguments], Input = input };
        var reply = await transport.AskAsync(session.Request(CommandNames.ExecVm, options, ContractJson.Wire.ExecVmOptions), cancel);
        var end = reply.Read(Replies.Json.ExecVmResponse);
        return end.ExitCode == 0
            ? end.Stdout
            : throw new CliException(ExitCodes.Refused, $"{file.Vm}: {Encoding.UTF8.GetString(end.Stderr.Span).Trim()}");
    }

    /// <returns>Null where the guest does not tell: that is not what was asked for.</returns>
    private async Task<long?> SizeAsync(CancellationToken cancel)
    {
        var size = await RunAsync("[ ! -f \"$1\" ] || exec wc -c <\"$1\"", [file.Path], default, cancel);
        return long.TryParse(Encoding.ASCII.GetString(size.Span).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
    }

    private async Task ForgetAsync(string aside)
    {
        try
        {
            await RunAsync("rm -f \"$1\"", [aside], default, CancellationToken.None);
        }
        catch (CliException)
        {
            // What went wrong is told already.
        }
    }
}
