namespace Aetherscale.Cli.Output;

/// <summary>Nobody reads our standard output any more.</summary>
internal sealed class OutputClosedException() : Exception("standard output is closed");

/// <summary>Standard output as answers go there: whenever a part of one is written, what can go wrong is what the program ends with.</summary>
internal sealed class AnswerStream(Stream output) : Stream
{
    /// <summary>EPIPE; the runtime puts the system's error number there.</summary>
    private const int BrokenPipe = 32;

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="OutputClosedException">The reader has gone.</exception>
    /// <exception cref="CliException">The output cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            output.Write(buffer);
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            throw new OutputClosedException();
        }
        catch (IOException e)
        {
            throw new CliException(ExitCodes.Refused, $"the output cannot be written: {e.Message}");
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => output.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
