using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace RoboPerception.Training.Import;

/// <summary>A name in a pickle that stands for code: here only a key to what may be built.</summary>
internal sealed record PickleGlobal(string Module, string Name);

/// <summary>
/// Reads the data of a pickle without executing it. Pickle is a stack program that may call anything by name; this machine knows only the
/// instructions that build numbers, texts, lists, tuples and maps, and hands every call to a function that accepts a few names. All
/// else is refused.
/// </summary>
/// <param name="content">The program.</param>
/// <param name="load">Resolves a persistent id (PyTorch: a storage).</param>
/// <param name="call">Answers a call of a name with arguments, or throws <see cref="FormatException"/>.</param>
internal sealed class Pickle(byte[] content, Func<object?, object?> load, Func<PickleGlobal, object?[], object?> call)
{
    private static readonly object Mark = new();
    private readonly Stack<object?> stack = new();
    private readonly Dictionary<long, object?> memo = [];
    private int at;

    /// <summary>Runs the program and returns what it leaves.</summary>
    /// <exception cref="FormatException">A damaged pickle, or one that wants more than data.</exception>
    public object? Read()
    {
        try
        {
            while (true)
            {
                var code = content[at++];
                if (code == (byte)'.')
                {
                    return stack.Pop();
                }

                if (!Value(code) && !Container(code) && !Old(code))
                {
                    throw new FormatException($"instruction 0x{code:x2} at byte {at - 1} is none that data needs");
                }
            }
        }
        catch (Exception error) when (error is IndexOutOfRangeException or ArgumentException or InvalidOperationException or InvalidCastException or KeyNotFoundException or OverflowException)
        {
            throw new FormatException($"the pickle is damaged at byte {at}: {error.Message}", error);
        }
    }

    private bool Value(byte code)
    {
        switch (code)
        {
            case 0x80: // PROTO
                return Take(1)[0] <= 5;
            case 0x95: // FRAME
                Take(8);
                return true;
            case (byte)'N':
                return Push(null);
            case 0x88 or 0x89: // NEWTRUE, NEWFALSE
                return Push(code == 0x88);
            case (byte)'K': // BININT1
                return Push((long)Take(1)[0]);
            case (byte)'M': // BININT2
                return Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
            case (byte)'J': // BININT
                return Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
            case 0x8a: // LONG1
                return Push(Long(Take(Take(1)[0])));
            case (byte)'G': // BINFLOAT
                return Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
            case (byte)'X': // BINUNICODE
                return Push(Text(checked((int)BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))));
            case 0x8c: // SHORT_BINUNICODE
                return Push(Text(Take(1)[0]));
            case (byte)'c': // GLOBAL
                return Push(new PickleGlobal(Line(), Line()));
            case 0x93: // STACK_GLOBAL
                var name = Is<string>(stack.Pop());
                return Push(new PickleGlobal(Is<string>(stack.Pop()), name));
            default:
                return false;
        }
    }

    private bool Container(byte code)
    {
        switch (code)
        {
            case (byte)'(':
                return Push(Mark);
            case (byte)')':
                return Push(Array.Empty<object?>());
            case 0x85 or 0x86 or 0x87: // TUPLE1..3
                return Push(Last(code - 0x84));
            case (byte)'t':
                return Push(SinceMark());
            case (byte)']':
                return Push(new List<object?>());
            case (byte)'}':
                return Push(new PickleMap());
            case (byte)'a': // APPEND
                var item = stack.Pop();
                Is<List<object?>>(stack.Peek()).Add(item);
                return true;
            case (byte)'e': // APPENDS
                var items = SinceMark();
                Is<List<object?>>(stack.Peek()).AddRange(items);
                return true;
            case (byte)'s': // SETITEM
                return Fill(Last(2));
            case (byte)'u': // SETITEMS
                return Fill(SinceMark());
            case (byte)'q': // BINPUT
                memo[Take(1)[0]] = stack.Peek();
                return true;
            case (byte)'r': // LONG_BINPUT
                memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = stack.Peek();
                return true;
            case 0x94: // MEMOIZE
                memo[memo.Count] = stack.Peek();
                return true;
            case (byte)'h': // BINGET
                return Push(memo[Take(1)[0]]);
            case (byte)'j': // LONG_BINGET
                return Push(memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))]);
            case (byte)'Q': // BINPERSID
                return Push(load(stack.Pop()));
            case (byte)'R': // REDUCE
                var arguments = Is<object?[]>(stack.Pop());
                return Push(call(Is<PickleGlobal>(stack.Pop()), arguments));
            case (byte)'b': // BUILD: attributes of a map (PyTorch keeps version numbers there); nothing that a tensor needs.
                stack.Pop();
                return stack.Peek() is PickleMap;
            default:
                return false;
        }
    }

    /// <summary>What Python 2 wrote in protocols 0 and 1: lines of text, and strings of bytes.</summary>
    private bool Old(byte code)
    {
        switch (code)
        {
            case (byte)'I': // INT
                return Push(long.Parse(Line(), CultureInfo.InvariantCulture));
            case (byte)'F': // FLOAT
                return Push(double.Parse(Line(), CultureInfo.InvariantCulture));
            case (byte)'S': // STRING, in quotes
                return Push(Line().Trim('\'', '"'));
            case (byte)'V': // UNICODE
                return Push(Line());
            case (byte)'U': // SHORT_BINSTRING
                return Push(Text(Take(1)[0]));
            case (byte)'T': // BINSTRING
                return Push(Text(checked((int)BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))));
            case (byte)'l': // LIST
                return Push(new List<object?>(SinceMark()));
            case (byte)'d': // DICT
                var pairs = SinceMark();
                return Push(new PickleMap()) && Fill(pairs);
            case (byte)'p': // PUT
                memo[long.Parse(Line(), CultureInfo.InvariantCulture)] = stack.Peek();
                return true;
            case (byte)'g': // GET
                return Push(memo[long.Parse(Line(), CultureInfo.InvariantCulture)]);
            default:
                return false;
        }
    }

    private static T Is<T>(object? value) => value is T wanted ? wanted : throw new FormatException($"a {value?.GetType().Name ?? "nothing"} lies where a {typeof(T).Name} is needed");

    private bool Push(object? value)
    {
        stack.Push(value);
        return true;
    }

    private bool Fill(object?[] pairs)
    {
        var map = Is<PickleMap>(stack.Peek());
        for (var i = 0; i < pairs.Length; i += 2)
        {
            map.Entries.Add(new(pairs[i], pairs[i + 1]));
        }

        return true;
    }

    private object?[] Last(int count)
    {
        var values = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            values[i] = stack.Pop();
        }

        return values;
    }

    private object?[] SinceMark()
    {
        var values = new List<object?>();
        while (stack.Pop() is var value && !ReferenceEquals(value, Mark))
        {
            values.Add(value);
        }

        values.Reverse();
        return [.. values];
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        at += count;
        return content.AsSpan(at - count, count);
    }

    private string Text(int length) => Encoding.UTF8.GetString(Take(length));

    private string Line()
    {
        var length = content.AsSpan(at).IndexOf((byte)'\n');
        var line = Text(length);
        at++;
        return line;
    }

    private static long Long(ReadOnlySpan<byte> bytes) => (long)new System.Numerics.BigInteger(bytes);
}

/// <summary>A map in a pickle, in its order; keys may be anything.</summary>
internal sealed class PickleMap
{
    /// <summary>The pairs.</summary>
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];

    /// <summary>The value of a text key, or null.</summary>
    public object? this[string key] => Entries.LastOrDefault(entry => entry.Key is string name && name == key).Value;
}
