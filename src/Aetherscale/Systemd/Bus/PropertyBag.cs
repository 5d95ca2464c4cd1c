using System.Collections.Frozen;

namespace Aetherscale.Systemd.Bus;

/// <summary>The properties that we asked for, out of an <c>a{sv}</c>. One that is missing reads as empty, or as 0.</summary>
internal sealed class PropertyBag
{
    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<string, ulong> _numbers = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _lists = [];

    private PropertyBag()
    {
    }

    public bool HasText(string name) => _texts.ContainsKey(name);

    /// <summary>A text, an object path, bytes as hexadecimal digits, or a job as its object path.</summary>
    public string Text(string name) => _texts.GetValueOrDefault(name, "");

    /// <summary>An array of texts.</summary>
    public IReadOnlyList<string> List(string name) => _lists.GetValueOrDefault(name, []);

    public ulong Number(string name) => _numbers.GetValueOrDefault(name);

    /// <summary>Reads the whole array; what is not among the names is skipped.</summary>
    public static PropertyBag Read(BusMessage message, FrozenSet<string> names)
    {
        var bag = new PropertyBag();
        message.TryEnter('a', "{sv}");
        while (message.TryEnter('e', "sv"))
        {
            var name = message.ReadString();
            if (names.Contains(name))
            {
                bag.ReadVariant(message, name);
            }
            else
            {
                message.Skip("v");
            }

            message.Exit();
        }

        message.Exit();
        return bag;
    }

    private void ReadVariant(BusMessage message, string name)
    {
        var type = message.PeekVariant();
        message.TryEnter('v', type);
        switch (type)
        {
            case "s":
                _texts[name] = message.ReadString();
                break;
            case "o":
                _texts[name] = message.ReadObjectPath();
                break;
            case "ay":
                _texts[name] = message.ReadBytesAsHex();
                break;
            case "as":
                _lists[name] = message.ReadStrings();
                break;
            case "(uo)":
                message.TryEnter('r', "uo");
                message.Skip("u");
                _texts[name] = message.ReadObjectPath();
                message.Exit();
                break;
            case "b" or "i" or "u":
                _numbers[name] = message.ReadUInt32(type[0]);
                break;
            case "t" or "x":
                _numbers[name] = message.ReadUInt64(type[0]);
                break;
            default:
                message.Skip(type);
                break;
        }

        message.Exit();
    }
}
