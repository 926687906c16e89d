using System.Numerics;

namespace RoboPerception.Scenes;

/// <summary>The project's own generator (SplitMix64): the same numbers on every runtime and for ever.</summary>
internal sealed class SceneRandom(ulong seed)
{
    private ulong state = seed;

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        state += 0x9E3779B97F4A7C15UL;
        return Mix(state);
    }

    /// <summary>A generator for a part of the scene: what one part draws does not shift the numbers of the others.</summary>
    public SceneRandom Fork(ulong part) => new(Mix(state ^ Mix(part + 0xD1B54A32D192ED03UL)));

    /// <summary>Uniform in [0, 1).</summary>
    public float Next() => (NextBits() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    public float Next(float low, float high) => low + (high - low) * Next();

    /// <summary>Integer in [low, high], both included.</summary>
    public int NextInt(int low, int high) => low + (int)(((NextBits() >> 32) * (ulong)(high - low + 1)) >> 32);

    /// <summary>True with a probability.</summary>
    public bool Chance(float probability) => Next() < probability;

    /// <summary>One of the items.</summary>
    public T Pick<T>(ReadOnlySpan<T> items) => items[NextInt(0, items.Length - 1)];

    /// <summary>A colour near another: brightness and each channel shifted by at most the amount.</summary>
    public Vector3 Near(Vector3 colour, float amount)
    {
        float all = 1 + Next(-amount, amount);
        var own = new Vector3(1 + Next(-amount, amount) * 0.4f, 1 + Next(-amount, amount) * 0.4f, 1 + Next(-amount, amount) * 0.4f);
        return Vector3.Clamp(colour * own * all, new Vector3(0.02f), new Vector3(0.92f));
    }

    /// <summary>The finaliser of SplitMix64, a bijection of 64 bits.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
