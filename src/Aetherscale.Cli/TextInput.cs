using System.Text;

namespace Aetherscale.Cli;

/// <summary>Texts of files that the command line names; a dash is standard input, which can be read once.</summary>
internal sealed class TextInput(Surroundings around)
{
    private bool _inputIsRead;

    /// <exception cref="CliException">It cannot be read, is too large, or is no text.</exception>
    public async Task<string> ReadAsync(string file, int maxBytes, CancellationToken cancel)
    {
        if (file == "-" && _inputIsRead)
        {
            throw new CliException(ExitCodes.Usage, "standard input (-) is named twice, and can be read once only; put one of the texts into a file");
        }

        _inputIsRead |= file == "-";
        try
        {
            await using var stream = file == "-" ? around.Input : File.OpenRead(file);
            var buffer = new byte[maxBytes + 1];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
            return length <= maxBytes
                ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, length)
                : throw new CliException(ExitCodes.Usage, $"{file} has more than {maxBytes} bytes");
        }
        catch (DecoderFallbackException)
        {
            throw new CliException(ExitCodes.Usage, $"{file} is no text in UTF-8");
        }
        // The runtime's own words for these have the path once more.
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException(ExitCodes.Usage, $"{file} cannot be read: there is no such file");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{file} cannot be read: {error.Message}");
        }
    }
}
