namespace Aetherscale.Images.Imports;

/// <summary>How far an import is. One writer, any number of readers.</summary>
internal sealed class ImportMeter
{
    private readonly Lock _gate = new();
    private ImportStage? _stage;
    private long _bytes;
    private long? _total;

    /// <summary>Begins a stage.</summary>
    /// <param name="stage">What is done now.</param>
    /// <param name="total">Bytes that it has to do, where that is known.</param>
    /// <param name="done">Bytes that were done before.</param>
    public void Begin(ImportStage stage, long? total, long done = 0)
    {
        lock (_gate)
        {
            (_stage, _bytes, _total) = (stage, done, total);
        }
    }

    public void Add(long bytes)
    {
        lock (_gate)
        {
            _bytes += bytes;
        }
    }

    /// <summary>Where it is; without a stage, it has not begun.</summary>
    public (ImportStage? Stage, long Bytes, long? Total) Read()
    {
        lock (_gate)
        {
            return (_stage, _bytes, _total);
        }
    }
}

/// <summary>What an import does, in this order.</summary>
internal enum ImportStage
{
    /// <summary>For another pull to the same name.</summary>
    Waiting,

    /// <summary>Asks the catalogue.</summary>
    Resolving,

    Downloading,
    Reading,
    Converting,
    Checking,
}
