using System.Runtime.InteropServices;
using static Aetherscale.Systemd.Bus.BusException;

namespace Aetherscale.Systemd.Bus;

/// <summary>
/// One reference to an sd-bus message: written or read from its first value to its last, by the bus thread only.
/// Every text is copied out, so nothing outlives <see cref="Dispose"/>.
/// </summary>
internal readonly unsafe struct BusMessage(nint handle) : IDisposable
{
    public nint Handle => handle;

    public byte Type
    {
        get
        {
            Check(SdBus.GetType(handle, out var type), "message type");
            return type;
        }
    }

    public ulong ReplyCookie
    {
        get
        {
            Check(SdBus.GetReplyCookie(handle, out var cookie), "reply cookie");
            return cookie;
        }
    }

    public string Path => Text(SdBus.GetPath(handle));

    public string Interface => Text(SdBus.GetInterface(handle));

    public string Member => Text(SdBus.GetMember(handle));

    /// <summary>The named error that this message carries; null when it is none.</summary>
    public BusErrorException? Error
    {
        get
        {
            var error = Type == SdBus.MethodError ? SdBus.GetError(handle) : null;
            return error is null ? null : new BusErrorException(Text(error->Name), Text(error->Message));
        }
    }

    public void AppendString(string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A text with NUL cannot travel over D-Bus.", nameof(value));
        }

        var text = Marshal.StringToCoTaskMemUTF8(value);
        try
        {
            Check(SdBus.AppendBasic(handle, (byte)'s', (void*)text), "append text");
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    public void AppendInt32(int value) => Check(SdBus.AppendBasic(handle, (byte)'i', &value), "append number");

    public void AppendStrings(params ReadOnlySpan<string> values)
    {
        Check(SdBus.OpenContainer(handle, (byte)'a', "s"), "open array");
        foreach (var value in values)
        {
            AppendString(value);
        }

        Check(SdBus.CloseContainer(handle), "close array");
    }

    public string ReadString() => ReadText('s');

    /// <summary>An array of texts.</summary>
    public IReadOnlyList<string> ReadStrings()
    {
        var texts = new List<string>();
        TryEnter('a', "s");
        byte* value;
        while (ReadBasic('s', &value))
        {
            texts.Add(Text(value));
        }

        Exit();
        return texts;
    }

    public string ReadObjectPath() => ReadText('o');

    /// <summary>A <c>u</c>, <c>i</c> or <c>b</c>: four bytes each.</summary>
    public uint ReadUInt32(char type)
    {
        uint value;
        return ReadBasic(type, &value) ? value : throw Missing();
    }

    /// <summary>A <c>t</c> or <c>x</c>: eight bytes each.</summary>
    public ulong ReadUInt64(char type)
    {
        ulong value;
        return ReadBasic(type, &value) ? value : throw Missing();
    }

    /// <summary>An array of bytes as lower-case hexadecimal digits.</summary>
    public string ReadBytesAsHex()
    {
        Check(SdBus.ReadArray(handle, (byte)'y', out var items, out var bytes), "read bytes");
        return Convert.ToHexStringLower(new ReadOnlySpan<byte>(items, (int)bytes));
    }

    /// <summary>False at the end of the array that we are in.</summary>
    public bool TryEnter(char type, string contents) =>
        Check(SdBus.EnterContainer(handle, (byte)type, contents), "enter") > 0;

    public void Exit() => Check(SdBus.ExitContainer(handle), "exit");

    public void Skip(string types) => Check(SdBus.Skip(handle, types), "skip");

    /// <summary>The signature inside the variant that comes next.</summary>
    public string PeekVariant()
    {
        Check(SdBus.PeekType(handle, out _, out var contents), "peek");
        return Text(contents);
    }

    public void Dispose() => SdBus.Unref(handle);

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static BusException Missing() => new("read: the message is shorter than expected", 0);

    private bool ReadBasic(char type, void* value) => Check(SdBus.ReadBasic(handle, (byte)type, value), "read") > 0;

    private string ReadText(char type)
    {
        byte* value;
        return ReadBasic(type, &value) ? Text(value) : throw Missing();
    }
}
